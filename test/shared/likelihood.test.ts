import { describe, expect, test } from 'vitest';
import { certaintyAt, similarityOf } from '../../src/shared/calibration.ts';
import { cllrSentence, likelihoodRatio, likelihoodSentences, logRatioAt, verbalSupport } from '../../src/shared/likelihood.ts';
import type { CurveFit } from '../../src/shared/run.ts';
import { someComparison } from '../db/records.ts';

const fit: CurveFit = {
  ...{ same: 100, different: 300, over: 'images', units: 240, range: [0, 3], centre: 1 },
  covariance: [0.04, 0, 0.04],
  reliability: null,
};
const calibration = { threshold: 1, midpoint: 1, slope: 4, fit };
const comparisonAt = (distance: number) => {
  const base = someComparison('c1', 'r1', {
    distance,
    similarity: similarityOf(distance, calibration),
    certainty: certaintyAt(distance, calibration),
  });
  return { ...base, images: [base.images[0], { ...base.images[1], sha256: 'another' }] as typeof base.images };
};
const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

describe('the likelihood ratio', () => {
  test('is the posterior odds divided by the odds of the validation pairs', () => {
    const { ratio } = likelihoodRatio(comparisonAt(0.7))!;
    expect(ratio).toBeCloseTo(Math.exp(4 * 0.3) / (100 / 300), 9);
    expect(logRatioAt(0.7, calibration)).toBeCloseTo(Math.log(ratio), 9);
  });

  test('is unknown from pairs that all have an image or group in common', () => {
    const comparison = comparisonAt(0.7);
    const one = { ...comparison, certainty: { ...comparison.certainty!, over: 'groups' as const, units: 1 } };
    expect([likelihoodRatio(one), likelihoodSentences(one)]).toEqual([null, null]);
  });

  test('at even odds equals the prior’s inverse at the midpoint: the prior does not enter twice', () => {
    expect(likelihoodRatio(comparisonAt(1))!.ratio).toBeCloseTo(3, 9);
  });

  test('is limited to what the images support, also where the similarity is exactly 0 or 1', () => {
    const near = likelihoodRatio(comparisonAt(-40))!;
    expect(near.ratio).toBe(121); // 240 images: 120 pairs without an image in common
    expect(likelihoodRatio(comparisonAt(400))!.ratio).toBeCloseTo(1 / 121, 12);
    expect(logRatioAt(-40, calibration)).toBeCloseTo(Math.log(121), 12);
  });

  test('is null for identical images and for runs of older versions', () => {
    const { images } = comparisonAt(0);
    expect(likelihoodRatio({ ...comparisonAt(0), images: [images[0], images[0]] })).toBeNull();
    expect(likelihoodRatio({ ...comparisonAt(1), certainty: null })).toBeNull();
  });
});

test.each([
  [1, null],
  [1.99, null],
  [2, 'weak support'],
  [10, 'moderate support'],
  [0.1, 'moderate support'],
  [100, 'moderately strong support'],
  [1000, 'strong support'],
  [10_000, 'very strong support'],
  [1e6, 'extremely strong support'],
])('the verbal scale of ENFSI at %f: %s', (ratio, words) => expect(verbalSupport(ratio)).toBe(words));

describe('sentences', () => {
  test('state ratio, interval, words and conditions', () => {
    const [sentence, conditions] = likelihoodSentences(comparisonAt(0.7))!;
    expect(plain(sentence)).toMatch(
      /^Likelihood ratio 10 \(95 % interval [\d.]+ to \d+\): the distance is 10 times as probable if the images are of the same class as if they are of different classes\. The findings provide moderate support for the proposition that the images are of the same class rather than of different classes\.$/,
    );
    expect(plain(conditions)).toBe(
      'Verbal scale of ENFSI (2015). The relevant population is the images of this data set: 400 validation pairs of 240 images, sampled as in its evaluation, 25 % of them same. Ratios are limited to 120, one more than the validation pairs that have no image in common.',
    );
  });

  test('state a ratio below 1 for the other proposition, at the limit as a bound, and extrapolation', () => {
    const [sentence, conditions] = likelihoodSentences(comparisonAt(4))!;
    expect(plain(sentence)).toContain(
      'Likelihood ratio at least 120: the distance is at least 120 times as probable if the images are of different classes as if they are of the same class. The findings provide moderately strong support',
    );
    expect(conditions).toMatch(/the ratio is extrapolated\.$/);
  });

  test('the cost is stated with what calibration loses', () => {
    expect(cllrSentence({ cllr: 0.52, cllrMin: 0.49 })).toContain(
      '0.520, of which 0.490 would remain with perfect calibration (Cllr-min) and 0.030 is lost',
    );
  });
});
