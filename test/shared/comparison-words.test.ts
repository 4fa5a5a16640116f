import { describe, expect, test } from 'vitest';
import { fitPlatt } from '../../src/main/domain/evaluate/platt.ts';
import { similarityOf } from '../../src/shared/calibration.ts';
import { renderReport } from '../features/report/whole-page.ts';
import { recalibratedNote, recalibratedSentence, similaritySentence } from '../../src/shared/comparison-words.ts';
import { probabilityRange } from '../../src/shared/format.ts';
import type { CurveFit } from '../../src/shared/run.ts';
import { randomFor } from '../../src/shared/random.ts';
import { someComparison } from '../db/records.ts';
import { RUN, sampleComparison, sampleInput, toReportComparison } from '../features/report/sample.ts';

const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

describe('the meaning of a similarity', () => {
  const curve = { slope: 2.5, midpoint: 1.3 };
  const certainty = { low: 0.2, high: 0.6, beyond: false, over: 'images' as const, units: 300, pairs: 1500, same: 750 };
  const reliability = { pairs: 1500, error: 0.042, brier: 0.1, parts: { reliability: 0, resolution: 0, uncertainty: 0.25 }, bins: [] };
  const fit: CurveFit = { same: 750, different: 750, over: 'images', units: 300, range: [0, 3], centre: 1.3, covariance: [0, 0, 0], reliability };
  // 1 / (1 + exp(k (D − m))) = p where D = m + ln((1 − p) / p) / k.
  test.each([
    [0.5, '50 %'],
    [0.254, '25 %'],
    [0.9, '90 %'],
    [0.052, '5 %'],
    [0.9994, '> 99 %'],
    [1, '> 99 %'],
    [0.0002, '< 1 %'],
    [0, '< 1 %'],
  ])('a share of %f is written as %s, with the pairs that it rests on', (similarity, text) => {
    const comparison = someComparison('c1', 'r1', { similarity, certainty, curve, threshold: 1.3 });
    expect(plain(similaritySentence(comparison, { threshold: 1.3, ...curve, fit })!)).toBe(
      `The similarity of ${text} is an estimate of the share of pairs at this distance that are of the same class: the value of a curve fitted to 1,500 validation pairs of 300 images, 50 % at the threshold. On these, each judged by a curve that saw neither of its images, the expected calibration error is 4.2 percentage points. It holds for pairs sampled like them, 50 % of them same.`,
    );
  });

  test('a threshold by another rule is not where the similarity is 50 %', () => {
    const comparison = someComparison('c1', 'r1', { similarity: 0.4, certainty, curve, threshold: 1.7 });
    expect(plain(similaritySentence(comparison, null)!)).toContain('50 % at a distance of 1.30, not at the threshold of 1.70. It holds for');
  });

  test('the percentage is the share of same pairs at that distance, checked on two normal distributions', () => {
    const [same, different, sigma, pairs] = [0.8, 1.6, 0.5, 40_000];
    const random = randomFor(3, 'how sure');
    const labels = Array.from({ length: pairs }, (_, i) => i % 2);
    const distances = labels.map((label) => (label ? different : same) + sigma * random.normal());
    const { centre, level, slope } = fitPlatt(distances, labels);
    const fitted = { threshold: 0, slope, midpoint: centre + level / slope };
    for (const distance of [0.9, 1.1, 1.2, 1.3, 1.5]) {
      const density = (mean: number): number => Math.exp(-((distance - mean) ** 2) / (2 * sigma ** 2));
      const known = density(same) / (density(same) + density(different));
      const sentence = similaritySentence(someComparison('c1', 'r1', { distance, similarity: similarityOf(distance, fitted) }), null);
      const percent = Number(/^The similarity of ([\d.]+)/.exec(sentence!)![1]);
      expect(Math.abs(percent - 100 * known)).toBeLessThan(2); // 40,000 pairs, and a whole percent
    }
  });

  test('a comparison says that its run has another threshold, or another curve, since', () => {
    const judged = someComparison('c1', 'r1', { curve, threshold: 1.7 });
    expect(recalibratedSentence(judged, { ...curve, threshold: 1.7, fit })).toBeNull();
    expect(recalibratedSentence(judged, { ...curve, threshold: 1.3, fit })).toMatch(/judged at 1\.70, now it is 1\.30/);
    expect(recalibratedSentence(judged, { ...curve, slope: 2, threshold: 1.7, fit })).toMatch(/fitted again since/);
    const { curve: _, ...ofOlderVersion } = judged;
    expect(recalibratedSentence(ofOlderVersion, { slope: 2, threshold: 1.7 })).toBeNull();
    expect(recalibratedSentence(ofOlderVersion, { ...curve, threshold: 1.7, fit })).toMatch(/fitted again since/);
  });

  test('a card says it in a few words, unless the run has another network by now', () => {
    const judged = someComparison('c1', 'r1', { curve, threshold: 1.7 });
    const run = { modelSha256: judged.modelSha256, calibration: { ...curve, threshold: 1.3, fit } };
    expect(recalibratedNote(judged, run)).toBe('Judged at 1.70, the threshold is now 1.30');
    expect(recalibratedNote(judged, { ...run, calibration: { ...curve, slope: 2, threshold: 1.7, fit } })).toBe('Similarity by an earlier curve');
    expect(recalibratedNote(judged, { ...run, calibration: { ...curve, threshold: 1.7, fit } })).toBeNull();
    expect(recalibratedNote(judged, { ...run, modelSha256: 'of another network' })).toBeNull();
    expect(recalibratedNote(judged, { ...run, calibration: null })).toBeNull();
    expect(recalibratedNote(judged, null)).toBeNull();
  });

  test('a report names comparisons that were judged by another threshold than its figures', () => {
    const input = sampleInput();
    const changed = {
      ...input,
      runs: input.runs.map((run) => ({ ...run, calibration: { ...run.calibration!, threshold: run.calibration!.threshold + 1 } })),
    };
    const warning = /Comparison 1: The threshold of this run has changed since/;
    expect(renderReport(input)).not.toMatch(warning);
    expect(renderReport(changed)).toMatch(warning);
  });

  test('is not stated where it is extrapolated', () => {
    expect(similaritySentence(someComparison('c1', 'r1', { certainty: { ...certainty, beyond: true } }), null)).toBeNull();
  });

  test('of a curve of an older version', () => {
    const { certainty: _, ...older } = someComparison('c1', 'r1', { similarity: 0.25 });
    expect(plain(similaritySentence(older, null)!)).toBe(
      'The similarity of 25 % is an estimate of the share of pairs at this distance that are of the same class: the value of a curve with one parameter, fitted by an older version, 50 % at the threshold.',
    );
  });
});

test('an interval never ends at 0 or 100 %', () => {
  const range = (low: number, high: number): string => plain(probabilityRange(low, high));
  expect([range(0.88, 0.96), range(0.96, 0.999), range(0, 0.3), range(0.999, 1), range(0.5, 0.504)]).toEqual([
    '88 to 96 %',
    '96 to > 99 %',
    '< 1 to 30 %',
    '> 99 %',
    '50 %',
  ]);
});

test('the similarity curve printed in a report gives the percentage of its pair', () => {
  const comparison = sampleComparison(RUN.calibration!.threshold + 0.11);
  const text = renderReport(sampleInput({ comparisons: [toReportComparison(comparison)] }))
    .replace(/<[^>]*>/g, '')
    .replace(/[\s\u00a0]+/g, ' ');
  const [, k, t] = /with k = ([\d.]+) per unit of distance, D50 = ([\d.]+)/.exec(text)!;
  const percent = Number(/The similarity of ([\d.]+) % is/.exec(text)![1]);
  const known = 100 / (1 + Math.exp(Number(k) * (comparison.distance - Number(t))));
  expect(Math.abs(percent - known)).toBeLessThan(0.6); // a whole percent is shown
});
