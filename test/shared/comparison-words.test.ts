import { describe, expect, test } from 'vitest';
import { fitCalibration, similarityOf } from '../../src/main/domain/evaluate/calibrate.ts';
import { supportOf } from '../../src/main/domain/evaluate/support.ts';
import { renderReport } from '../features/report/whole-page.ts';
import { similaritySentence, supportSentence } from '../../src/shared/comparison-words.ts';
import { randomFor } from '../../src/shared/random.ts';
import { someComparison } from '../db/records.ts';
import { RUN, sampleComparison, sampleInput, toReportComparison } from '../features/report/sample.ts';

const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

describe('the meaning of a similarity', () => {
  const calibration = { threshold: 1.3, slope: 2.5 };
  // 1 / (1 + exp(k (D − t))) = p where D = t + ln((1 − p) / p) / k.
  test.each([
    [0.5, '50 %'],
    [0.25, '25 %'],
    [0.9, '90 %'],
    [0.052, '5.2 %'],
    [0.9994, '> 99.9 %'],
    [0.0002, '< 0.1 %'],
  ])('a share of %f is written as %s, with the pairs that it rests on', (share, text) => {
    const distance = calibration.threshold + Math.log((1 - share) / share) / calibration.slope;
    const similarity = similarityOf(distance, calibration);
    expect(similarity).toBeCloseTo(share, 12);
    expect(plain(similaritySentence(someComparison('c1', 'r1', { distance, similarity }), { pairs: 1500, error: 0.042 })!)).toBe(
      `The similarity of ${text} is an estimate of the share of pairs at this distance that are of the same class: the value of a curve with one parameter, 50 % at the threshold, fitted to 1,500 validation pairs. On these its expected calibration error is 4.2 percentage points, on others usually more. It holds for pairs sampled like them, half of them same.`,
    );
  });

  test('the percentage is the share of same pairs at that distance, checked on two normal distributions', () => {
    const [same, different, sigma, pairs] = [0.8, 1.6, 0.5, 40_000];
    const random = randomFor(3, 'how sure');
    const labels = Array.from({ length: pairs }, (_, i) => i % 2);
    const distances = labels.map((label) => (label ? different : same) + sigma * random.normal());
    const { calibration: fitted } = fitCalibration(distances, labels, (same + different) / 2);
    for (const distance of [0.9, 1.1, 1.2, 1.3, 1.5]) {
      const density = (mean: number): number => Math.exp(-((distance - mean) ** 2) / (2 * sigma ** 2));
      const known = density(same) / (density(same) + density(different));
      const sentence = similaritySentence(someComparison('c1', 'r1', { distance, similarity: similarityOf(distance, fitted) }), null);
      const percent = Number(/^The similarity of ([\d.]+)/.exec(sentence!)![1]);
      expect(Math.abs(percent - 100 * known)).toBeLessThan(2); // 40,000 pairs, and a whole percent
    }
  });
});

test('no share is stated where no validation pair is as far', () => {
  expect(similaritySentence(someComparison('c1', 'r1', { support: { pairs: 0, agree: 0 } }), { pairs: 1500, error: 0.042 })).toBeNull();
});

test('without the validation pairs the share is an estimate, and its error is not known', () => {
  expect(plain(similaritySentence(someComparison('c1', 'r1', { similarity: 0.25 }), null)!)).toBe(
    'The similarity of 25 % is an estimate of the share of pairs at this distance that are of the same class: the value of a curve with one parameter, 50 % at the threshold, fitted to validation pairs. It holds for pairs sampled like them, half of them same.',
  );
});

describe('how far validation supports a verdict', () => {
  const valid = { same: [0.1, 0.2, 0.4, 1.2], different: [0.3, 1, 1.2, 1.5, 1.9] };
  const sentenceAt = (distance: number, threshold = 0.9): string => {
    const verdict = distance > threshold ? 'different' : 'same';
    return plain(supportSentence(someComparison('c1', 'r1', { distance, threshold, verdict, support: supportOf(distance, threshold, valid) }))!);
  };
  test.each([
    [1.2, 'Of the validation pairs at least this far above the threshold, 3 of 4 (75 %) are truly different. That is a small sample.'],
    [1.5, 'Of the 2 validation pairs at least this far above the threshold, all are truly different. That is a small sample.'],
    [0.9, 'Of the validation pairs at least this far below the threshold, 3 of 4 (75 %) are truly of the same class. That is a small sample.'],
    [0.1, 'Only one validation pair is at least this far below the threshold; it is truly of the same class.'],
    [1.6, 'Only one validation pair is at least this far above the threshold; it is truly different.'],
  ])('at a distance of %f', (distance, sentence) => expect(sentenceAt(distance)).toBe(sentence));

  test('with thirty pairs the small sample is not mentioned', () => {
    const many = { pairs: 30, agree: 0 };
    expect(supportSentence(someComparison('c1', 'r1', { verdict: 'different', support: many }))).toBe(
      'Of the 30 validation pairs at least this far above the threshold, none are truly different.',
    );
  });
});

test('the similarity curve printed in a report gives the percentage of its pair', () => {
  const comparison = sampleComparison(RUN.calibration!.threshold + 0.11);
  const text = renderReport(sampleInput({ comparisons: [toReportComparison(comparison)] }))
    .replace(/<[^>]*>/g, '')
    .replace(/[\s\u00a0]+/g, ' ');
  const [, k, t] = /with k = ([\d.]+) per unit of distance, t = ([\d.]+)/.exec(text)!;
  const percent = Number(/The similarity of ([\d.]+) % is/.exec(text)![1]);
  const known = 100 / (1 + Math.exp(Number(k) * (comparison.distance - Number(t))));
  expect(Math.abs(percent - known)).toBeLessThan(0.6); // a whole percent is shown
});
