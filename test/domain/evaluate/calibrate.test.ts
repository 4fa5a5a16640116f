import { describe, expect, test } from 'vitest';
import { curveFit, fitCalibration } from '../../../src/main/domain/evaluate/calibrate.ts';
import { fitPlatt } from '../../../src/main/domain/evaluate/platt.ts';
import { certaintyAt, logitError, similarityOf } from '../../../src/shared/calibration.ts';
import type { Pair, PairLabel } from '../../../src/shared/dataset.ts';
import { randomFor } from '../../../src/shared/random.ts';
import { imageUnitsOfPairs } from '../../../src/main/domain/evaluate/units.ts';
import { noCrossing, noSeparation } from '../../../src/main/domain/lint/distances.ts';
import { findingText } from '../../../src/shared/lint.ts';
import { caseOf } from './calibration-cases.ts';

const fitPairs = (pairs: readonly Pair[], distances: readonly number[]): ReturnType<typeof fitCalibration> =>
  fitCalibration(
    distances,
    pairs.map(({ label }) => label),
    imageUnitsOfPairs(pairs),
  );
const curveFitOf = (pairs: readonly Pair[], distances: readonly number[], curve: Parameters<typeof curveFit>[3]): ReturnType<typeof curveFit> =>
  curveFit(
    distances,
    pairs.map(({ label }) => label),
    imageUnitsOfPairs(pairs),
    curve,
  );
const fitOf = (name: string): ReturnType<typeof fitCalibration> => {
  const { pairs, distances } = caseOf(name);
  return fitPairs(pairs, distances);
};

describe('the default threshold', () => {
  test.each(['overlapping', 'separable', 'far from 0 and narrow'])('is where the curve is 50 %%: %s', (name) => {
    const calibration = fitOf(name);
    expect(calibration.threshold).toBe(calibration.midpoint);
    expect(similarityOf(calibration.threshold, calibration)).toBe(0.5);
    expect(calibration.midpoint).toBeCloseTo(caseOf(name).sklearn!.midpoint, 5);
  });

  test('of a linear probe, whose D²/2 is a probability, is found with a slope of 1 if that probability is right', () => {
    const random = randomFor(2, 'probe curve');
    const distances = Array.from({ length: 1200 }, () => Math.sqrt(2 * random.between(0.01, 0.99)));
    const pairs = distances.map((d, i): Pair => ({ a: 2 * i, b: 2 * i + 1, label: random.between(0, 1) < d ** 2 / 2 ? 1 : 0 }));
    const labels = pairs.map(({ label }) => label);
    const found = fitCalibration(distances, labels, imageUnitsOfPairs(pairs), 'log-odds');
    expect(found.scale).toBe('log-odds');
    const [level, , slope] = found.fit.covariance.map(Math.sqrt) as [number, number, number];
    expect(Math.abs(found.slope - 1)).toBeLessThan(2 * slope);
    expect(Math.abs(4 * (found.threshold - 1))).toBeLessThan(2 * level); // the logit of D²/2 is about 4 (D - 1) near D = 1
    expect(similarityOf(found.threshold, found)).toBeCloseTo(0.5, 9);
    expect(found.fit.range).toEqual([Math.min(...distances), Math.max(...distances)]);
    expect(found.fit.reliability!.error).toBeLessThan(fitPairs(pairs, distances).fit.reliability!.error / 1.3); // logistic in D itself
  });

  test('stays within the distances where the curve is 50 % outside of them, and says so', () => {
    const pairs = Array.from({ length: 400 }, (_, i): Pair => ({ a: 2 * i, b: 2 * i + 1, label: i >= 340 ? 1 : 0 }));
    const distances = pairs.map(({ label }, i) => 1 + (i % 8) / 10 + label * 0.15);
    const calibration = fitPairs(pairs, distances);
    expect(calibration.midpoint).toBeGreaterThan(Math.max(...distances));
    expect(calibration.threshold).toBe(Math.max(...distances));
    expect(noCrossing(calibration)?.text).toMatch(/does not reach 50 %/);
    expect(noCrossing({ ...calibration, threshold: 1.2 })).toBeNull(); // another threshold was chosen
  });
});

describe('a curve without a use', () => {
  test('that is reversed has a negative slope and a finding not to use it', () => {
    const pairs = Array.from({ length: 60 }, (_, i): Pair => ({ a: 2 * i, b: 2 * i + 1, label: (i % 2) as PairLabel }));
    const distances = pairs.map(({ label }, i) => 1 + (i % 7) / 5 - label);
    const calibration = fitPairs(pairs, distances);
    expect(calibration.slope).toBeLessThan(0);
    expect(similarityOf(2, calibration)).toBeGreaterThan(0.5);
    expect(findingText(noSeparation(calibration)!)).toMatch(/are farther apart than images of different pairs.*Do not use the verdicts/);
  });

  test('of equal distances gives every pair the share of same pairs, and a finding', () => {
    const calibration = fitOf('constant');
    expect(calibration.threshold).toBe(0.7);
    expect(similarityOf(0.7, calibration)).toBeCloseTo(0.61, 2);
    expect(noSeparation(calibration)?.text).toMatch(/does not separate same from different/);
  });

  test('of separable pairs is finite and has no finding', () => {
    const pairs = Array.from({ length: 40 }, (_, i): Pair => ({ a: 2 * i, b: 2 * i + 1, label: i < 20 ? 0 : 1 }));
    const calibration = fitPairs(
      pairs,
      pairs.map(({ label }, i) => (i % 20) / 40 + label),
    );
    expect(Number.isFinite(calibration.slope)).toBe(true);
    expect([noSeparation(calibration), noCrossing(calibration)]).toEqual([null, null]);
    const { low, high } = certaintyAt(0.2, calibration)!;
    expect(low).toBeGreaterThan(0.6); // 20 pairs of 40 images don't prove more
    expect(low).toBeLessThan(0.95);
    expect(high).toBeLessThan(1);
  });

  test('of one label is refused', () => {
    const { pairs, distances } = caseOf('one label');
    expect(() => fitPairs(pairs, distances)).toThrow(/needs different pairs, too/);
  });
});

test.each(['overlapping', 'unbalanced'])('the covariance over images equals an independent jackknife: %s', (name) => {
  const { pairs, distances, covariance } = caseOf(name);
  const labels = pairs.map(({ label }) => label);
  const fit = curveFitOf(pairs, distances, fitPlatt(distances, labels));
  for (const k of [0, 1, 2] as const) expect(fit.covariance[k]).toBeCloseTo(covariance![k], 7);
});

interface World {
  pairs: Pair[];
  distances: number[];
}

/** Images of five classes on a plane, `per` pairs for each of them: every image is in about 2 · per pairs. */
function drawWorld(seed: number, images: number, per: number): World {
  const random = randomFor(seed, 'world');
  const centres = [0, 0, 2, 0, 0, 2, 2.2, 2.2, 1, 4];
  const at = Array.from(
    { length: images },
    (_, i) => [centres[2 * (i % 5)]! + random.normal(), centres[2 * (i % 5) + 1]! + random.normal()] as const,
  );
  const world: World = { pairs: [], distances: [] };
  for (let a = 0; a < images; a++)
    for (let k = 0; k < per; k++) {
      const label = (k % 2) as PairLabel;
      let b = a;
      while (b === a || ((b - a) % 5 === 0) !== (label === 0)) b = random.below(images);
      world.pairs.push({ a, b, label });
      world.distances.push(Math.hypot(at[a]![0] - at[b]![0], at[a]![1] - at[b]![1]));
    }
  return world;
}

test('95 % intervals cover the curve of all images in 93 to 97 % of samples, where each image is in 20 pairs', () => {
  const distances = [0.8, 1.6, 2.4];
  const truth = { threshold: 0, slope: 0.9708, midpoint: 2.3633 }; // mean of four samples of 4,000 images
  const runs = 1000; // a coverage of 95 % has a standard error of 0.7 %
  const covered = distances.map(() => 0);
  for (let seed = 1; seed <= runs; seed++) {
    const world = drawWorld(seed, 40, 10);
    const labels = world.pairs.map(({ label }) => label);
    const curve = fitPlatt(world.distances, labels);
    const fit = { ...curveFitOf(world.pairs, world.distances, curve), reliability: null };
    const calibration = { threshold: 0, midpoint: curve.centre + curve.level / curve.slope, slope: curve.slope, fit };
    for (const [i, distance] of distances.entries()) {
      const known = similarityOf(distance, truth);
      const { low, high } = certaintyAt(distance, calibration)!;
      if (known >= low && known <= high) covered[i]! += 1 / runs;
    }
  }
  for (const share of covered) {
    expect(share).toBeGreaterThan(0.93);
    expect(share).toBeLessThan(0.97);
  }
});

test('pairs counted as independent would be far too sure', () => {
  const { pairs, distances } = drawWorld(3, 120, 10);
  const labels = pairs.map(({ label }) => label);
  const curve = fitPlatt(distances, labels);
  const apart = pairs.map(({ label }, i): Pair => ({ a: 2 * i, b: 2 * i + 1, label }));
  const error = (of: Pair[]): number => logitError(2.4, curveFitOf(of, distances, curve));
  expect(error(pairs)).toBeGreaterThan(1.2 * error(apart));
});
