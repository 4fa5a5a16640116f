import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { calibratedJoint, classThresholds, confidentJoint, findLikelyWrong } from '../../../src/main/domain/wrong-labels/confident-learning.ts';

interface Frozen {
  given: number[];
  probabilities: number[];
  k: number;
  thresholds: number[];
  joint: number[];
  calibrated: number[];
  expected: number;
  suggested: number[];
  likely: number[]; // positions, the likeliest first
}
const frozen = JSON.parse(readFileSync(new URL('../../fixtures/confident-learning.json', import.meta.url), 'utf8')) as Frozen;
const { k } = frozen;
const given = Int32Array.from(frozen.given);
const predictions = { given, probabilities: Float64Array.from(frozen.probabilities), k };

test('thresholds, confident joint and likely wrong labels equal those of numpy', () => {
  classThresholds(predictions).forEach((t, j) => expect(t).toBeCloseTo(frozen.thresholds[j]!, 9));
  const joint = confidentJoint(predictions);
  expect([...joint]).toEqual(frozen.joint);
  calibratedJoint(joint, given, k).forEach((cell, at) => expect(cell).toBeCloseTo(frozen.calibrated[at]!, 9));
  const found = findLikelyWrong(predictions);
  expect(found.expected).toBeCloseTo(frozen.expected, 9);
  expect([...found.suggested]).toEqual(frozen.suggested);
  const likely = [...found.likely.keys()].filter((i) => found.likely[i]).sort((a, b) => found.margin[a]! - found.margin[b]! || a - b);
  expect(likely).toEqual(frozen.likely);
});

test('confused classes add up to the expected number, the largest first', () => {
  const { confused, expected } = findLikelyWrong(predictions);
  expect(confused.reduce((sum, { images }) => sum + images, 0)).toBeCloseTo(expected, 9);
  expect(confused.map(({ images }) => images)).toEqual(confused.map(({ images }) => images).toSorted((a, b) => b - a));
  expect(confused.every((one) => one.given !== one.likely)).toBe(true);
});

test('labels that agree with every prediction are not likely wrong', () => {
  const sure = Float64Array.from({ length: 6 * 2 }, (_, at) => ((at >> 1) % 2 === at % 2 ? 0.9 : 0.1));
  const { likely, expected } = findLikelyWrong({ given: Int32Array.of(0, 1, 0, 1, 0, 1), probabilities: sure, k: 2 });
  expect([...likely]).toEqual([0, 0, 0, 0, 0, 0]);
  expect(expected).toBe(0);
});
