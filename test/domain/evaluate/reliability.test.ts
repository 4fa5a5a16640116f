import { describe, expect, test } from 'vitest';
import { fitCalibration } from '../../../src/main/domain/evaluate/calibrate.ts';
import { crossFittedSimilarities } from '../../../src/main/domain/evaluate/cross-fit.ts';
import { fitPlatt } from '../../../src/main/domain/evaluate/platt.ts';
import { reliabilityOf, wilsonOverUnits } from '../../../src/main/domain/evaluate/reliability.ts';
import { similarityOf } from '../../../src/shared/calibration.ts';
import type { Pair, PairLabel } from '../../../src/shared/dataset.ts';
import type { Interval, Reliability } from '../../../src/shared/run.ts';
import { randomFor } from '../../../src/shared/random.ts';
import { imageUnitsOfPairs } from '../../../src/main/domain/evaluate/units.ts';
import { CASES } from './calibration-cases.ts';

const labelsOf = (pairs: readonly Pair[]): PairLabel[] => pairs.map(({ label }) => label);
/** Pairs without an image in common. */
const apart = (labels: readonly PairLabel[]): Pair[] => labels.map((label, i) => ({ a: 2 * i, b: 2 * i + 1, label }));

const reliabilityOfPairs = (pairs: readonly Pair[], similarities: readonly number[]): Reliability =>
  reliabilityOf(labelsOf(pairs), similarities, imageUnitsOfPairs(pairs));
const intervalOf = (pairs: readonly Pair[]): Interval => wilsonOverUnits([...pairs.keys()], labelsOf(pairs), imageUnitsOfPairs(pairs));
const similaritiesOf = (pairs: readonly Pair[], distances: readonly number[]): Float64Array =>
  crossFittedSimilarities(distances, labelsOf(pairs), imageUnitsOfPairs(pairs));
const fitPairs = (pairs: readonly Pair[], distances: readonly number[]): ReturnType<typeof fitCalibration> =>
  fitCalibration(distances, labelsOf(pairs), imageUnitsOfPairs(pairs));

test.each(CASES.flatMap((one) => (one.reliability ? [[one.name, one] as const] : [])))(
  'errors, Brier score and its parts equal scikit-learn’s and numpy’s: %s',
  (_, { pairs, distances, reliability }) => {
    const { centre, level, slope } = fitPlatt(distances, labelsOf(pairs));
    const found = reliabilityOfPairs(
      pairs,
      distances.map((d) => 1 / (1 + Math.exp(slope * (d - centre) - level))),
    );
    expect(found.error).toBeCloseTo(reliability!.error, 6);
    expect(found.brier).toBeCloseTo(reliability!.brier, 6);
    for (const part of ['reliability', 'resolution', 'uncertainty'] as const) expect(found.parts[part]).toBeCloseTo(reliability!.parts[part], 6);
    expect(found.bins.reduce((sum, bin) => sum + bin.pairs, 0)).toBe(pairs.length);
  },
);

test('over- and underestimates of different bins do not cancel', () => {
  const { error, bins } = reliabilityOfPairs(apart([0, 1]), [0.75, 0.25]);
  expect(error).toBeCloseTo(0.25, 12);
  expect(bins.map(({ similarity, same }) => [similarity, same])).toEqual([
    [0.25, 0],
    [0.75, 1],
  ]);
});

describe('the error by chance', () => {
  const random = randomFor(3, 'chance');
  /** The mean errors of true probabilities and the mean of `chance` over samples of labels. `sample`: pairs with the true P(same) of each. */
  const means = (samples: number, sample: () => { pairs: Pair[]; truth: number[] }): { error: number; chance: number } => {
    let [error, chance] = [0, 0];
    for (let k = 0; k < samples; k++) {
      const { pairs, truth } = sample();
      const found = reliabilityOfPairs(pairs, truth);
      error += found.error / samples;
      chance += found.chance! / samples;
    }
    return { error, chance };
  };
  test('is that of binomial shares where no pairs share an image', () => {
    const { error, chance } = means(40, () => {
      const truth = Array.from({ length: 600 }, () => random.between(0, 1));
      return { pairs: apart(truth.map((p) => (random.between(0, 1) < p ? 0 : 1))), truth };
    });
    expect(chance / error).toBeGreaterThan(0.93);
    expect(chance / error).toBeLessThan(1.07);
  });
  test('is larger where they do, as the error is', () => {
    // Each image is of class 0 or 1 with a known probability, so pairs of an image are right or wrong together.
    const [images, q] = [40, 0.8];
    const { error, chance } = means(60, () => {
      const looks = Array.from({ length: images }, () => (random.between(0, 1) < 0.5 ? 0 : 1));
      const classes = looks.map((look) => (random.between(0, 1) < q ? look : 1 - look));
      const pairs: Pair[] = [];
      const truth: number[] = [];
      for (let a = 0; a < images; a++)
        for (let b = 0; b < a; b++) {
          pairs.push({ a, b, label: classes[a] === classes[b] ? 0 : 1 });
          truth.push(looks[a] === looks[b] ? q * q + (1 - q) ** 2 : 2 * q * (1 - q));
        }
      return { pairs, truth };
    });
    const independent = Math.sqrt((2 / Math.PI) * 0.68 * 0.32 * 2) / Math.sqrt((images * (images - 1)) / 2); // two bins of half the pairs
    expect(error).toBeGreaterThan(2 * independent);
    expect(chance / error).toBeGreaterThan(0.85);
    expect(chance / error).toBeLessThan(1.1);
  });
});

describe('the interval of a share', () => {
  test('is Wilson’s where no pairs share an image', () => {
    const [low, high] = intervalOf(apart([...Array<0>(7).fill(0), 1, 1, 1]));
    // Wilson 1927 for 7 of 10, as statsmodels' proportion_confint gives it; the dyadic variance equals the binomial one here.
    expect(low).toBeCloseTo(0.3968, 3);
    expect(high).toBeCloseTo(0.8922, 3);
  });

  test('is wider where pairs share images, and never a point', () => {
    const star = Array.from({ length: 40 }, (_, i): Pair => ({ a: i < 20 ? 0 : 1, b: 2 + i, label: i < 20 ? 0 : 1 }));
    const width = ([low, high]: Interval): number => high - low;
    expect(width(intervalOf(star))).toBeGreaterThan(2 * width(intervalOf(apart(labelsOf(star)))));
    const [low, high] = intervalOf(apart(Array<0>(20).fill(0)));
    expect(low).toBeLessThan(0.85);
    expect(high).toBe(1);
  });
});

describe('cross-fitted similarities', () => {
  const random = randomFor(4, 'cross-fit');
  const pairs = Array.from({ length: 600 }, (_, i): Pair => {
    const a = random.below(60);
    return { a, b: (a + 1 + random.below(59)) % 60, label: (i % 2) as PairLabel };
  });
  const distances = pairs.map(({ label }) => label + 0.7 * random.normal() + 3);

  test('each pair has one, and it does not depend on the pairs of its images', () => {
    const similarities = similaritiesOf(pairs, distances);
    expect(similarities.every((similarity) => similarity > 0 && similarity < 1)).toBe(true);
    const { a, b } = pairs[0]!;
    const isOfThem = (pair: Pair): boolean => [pair.a, pair.b].some((image) => image === a || image === b);
    const changed = distances.map((d, i) => (i !== 0 && isOfThem(pairs[i]!) ? d + 50 : d));
    expect(similaritiesOf(pairs, changed)[0]).toBe(similarities[0]);
    const other = distances.map((d, i) => (i % 7 === 0 && !isOfThem(pairs[i]!) ? d + 50 : d));
    expect(similaritiesOf(pairs, other)[0]).not.toBe(similarities[0]);
  });

  test('of a well-specified curve are calibrated, and a curve on its own pairs looks better', () => {
    const calibration = fitPairs(pairs, distances);
    const own = reliabilityOfPairs(
      pairs,
      distances.map((d) => similarityOf(d, calibration)),
    );
    expect(calibration.fit.reliability!.error).toBeLessThan(0.06);
    expect(calibration.fit.reliability!.brier).toBeGreaterThan(own.brier);
  });

  test('pairs for which no other pair of both labels is left have none', () => {
    expect([...similaritiesOf(apart([0, 1]), [1, 2])]).toEqual([NaN, NaN]);
    expect(fitPairs(apart([0, 1]), [1, 2]).fit.reliability).toBeNull();
  });
});
