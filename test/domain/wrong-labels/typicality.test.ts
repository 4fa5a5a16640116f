import { expect, test } from 'vitest';
import { fitTemperature, toProbabilities } from '../../../src/main/domain/wrong-labels/temperature.ts';
import { distancesToClass, outlierScores } from '../../../src/main/domain/wrong-labels/typicality.ts';
import { randomFor } from '../../../src/shared/random.ts';

const [N, D] = [30, 5];
const random = randomFor(1, 'typicality');
const rows = Array.from({ length: N }, () => Float32Array.from({ length: D }, () => random.normal()));
const units = rows.map((row) => row.map((x) => x / Math.hypot(...row)));
const classOf = Int32Array.from({ length: N }, (_, i) => (i === 0 ? 2 : i % 2));
const others = (i: number): number[] => [...classOf.keys()].filter((j) => j !== i && classOf[j] === classOf[i]);
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

test('distances to a class equal the mean over all pairs', () => {
  const cosine = distancesToClass((i) => units[i]!, classOf, { k: 3, d: D, measure: 'cosine' });
  const euclidean = distancesToClass((i) => rows[i]!, classOf, { k: 3, d: D, measure: 'euclidean' });
  expect([cosine[0], euclidean[0]]).toEqual([Number.NaN, Number.NaN]); // alone in its class
  for (let i = 1; i < N; i++) {
    const dot = (j: number): number => units[i]!.reduce((sum, x, c) => sum + x * units[j]![c]!, 0);
    expect(cosine[i]).toBeCloseTo(mean(others(i).map((j) => 1 - dot(j))), 5);
    const squared = (j: number): number => rows[i]!.reduce((sum, x, c) => sum + (x - rows[j]![c]!) ** 2, 0);
    expect(euclidean[i]).toBeCloseTo(Math.sqrt(mean(others(i).map(squared))), 5);
  }
});

test('an outlier score is the mean distance to included neighbours in units of the median', () => {
  const positions = Int32Array.from([1, 2, 2, 0, 1, 0, 0, 1]);
  const distances = Float32Array.from([1, 9, 2, 4, 2, 8, 6, 10]);
  const { scores, median } = outlierScores({ positions, distances, k: 2 }, Uint8Array.of(1, 1, 0, 1));
  expect(median).toBe(4); // of 1, 4 and 8: row 2 is not included
  expect([...scores]).toEqual([0.25, 1, Number.NaN, 2]);
});

test('a temperature brings back the probabilities that labels were drawn with', () => {
  const [n, k, scale] = [4000, 3, 3];
  const logits = Float32Array.from({ length: n * k }, () => random.normal());
  const p = toProbabilities(logits.slice(), k, 1);
  const given = Int32Array.from({ length: n }, (_, i) => {
    const draw = random.between(0, 1);
    return draw < p[i * k]! ? 0 : draw < p[i * k]! + p[i * k + 1]! ? 1 : 2;
  });
  const scores = logits.map((x) => x * scale); // too sure by a factor of 3
  expect(fitTemperature(scores, given, k)).toBeGreaterThan(2.7);
  expect(fitTemperature(scores, given, k)).toBeLessThan(3.3);
  for (let i = 0; i < 5; i++) expect(p[3 * i]! + p[3 * i + 1]! + p[3 * i + 2]!).toBeCloseTo(1, 5);
});
