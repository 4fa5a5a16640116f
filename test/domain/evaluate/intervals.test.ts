import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aucInfluence, eerInfluence, rateInfluences } from '../../../src/main/domain/evaluate/influence.ts';
import { aucOverUnits, intervalsOf, shareInterval, standardErrorOver } from '../../../src/main/domain/evaluate/intervals.ts';
import { studentT975 } from '../../../src/shared/statistics.ts';
import { equalErrorRate, tieGroups } from '../../../src/main/domain/evaluate/roc.ts';
import { imageUnitsOfPairs, type PairUnits } from '../../../src/main/domain/evaluate/units.ts';
import { GATE_AUC } from '../../../src/shared/faithfulness.ts';
import { randomFor } from '../../../src/shared/random.ts';
import reference from '../../fixtures/intervals.json' with { type: 'json' };
import { bruteForceAuc, tiedSample } from './distance-samples.ts';
import { sampleOf } from './image-effects.ts';

const cases = reference.cases.map((c) => ({ ...c, units: imageUnitsOfPairs(c.a.map((a, i) => ({ a, b: c.b[i] }))) }));
const MODEL = { images: 40, pairsPerImage: 12, apart: 1.5, effect: { same: 0.3, different: 1 } };

describe('equal the reference by scikit-learn, scipy and numpy', () => {
  test.each(cases)('AUC, EER, standard errors over images and intervals (threshold $threshold)', (c) => {
    for (const k of [0, 1]) {
      const groups = tieGroups(c.distances[k], c.label);
      const { value, influence } = aucInfluence(groups, c.label);
      expect(value).toBeCloseTo(c.auc[k], 12);
      expect(equalErrorRate(groups)).toBeCloseTo(c.eer[k], 10);
      expect(standardErrorOver(influence, c.label, c.units)).toBeCloseTo(c.seOverImages[k], 12);
      const { auc } = intervalsOf(c.distances[k], c.label, c.threshold, c.units);
      expect(auc[0]).toBeCloseTo(c.interval[k][0], 4); // Student's t is an expansion
      expect(auc[1]).toBeCloseTo(c.interval[k][1], 4);
    }
    const { accuracy } = intervalsOf(c.distances[0], c.label, c.threshold, c.units);
    expect(rateInfluences(c.distances[0], c.label, c.threshold).accuracy.value).toBeCloseTo(c.accuracy, 12);
    expect(accuracy[0]).toBeCloseTo(c.accuracyInterval[0], 4);
    expect(accuracy[1]).toBeCloseTo(c.accuracyInterval[1], 4);
  });

  test('quantiles of Student’s t', () => {
    for (const [df, t] of Object.entries(reference.t975)) expect(Math.abs(studentT975(Number(df)) / t - 1)).toBeLessThan(5e-5);
  });
});

describe('influences', () => {
  test('sum to 0 within each label, and the AUC is that of all comparisons', () => {
    fc.assert(
      fc.property(tiedSample, fc.double({ min: 0, max: 3, noNaN: true }), ({ distances, labels }, threshold) => {
        const groups = tieGroups(distances, labels);
        const auc = aucInfluence(groups, labels);
        expect(auc.value).toBeCloseTo(bruteForceAuc({ distances, labels }), 12);
        for (const { influence } of [auc, eerInfluence(groups, distances, labels), ...Object.values(rateInfluences(distances, labels, threshold))]) {
          for (const label of [0, 1]) expect(influence.reduce((sum, w, i) => sum + (labels[i] === label ? w : 0), 0)).toBeCloseTo(0, 12);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('a monotone transform of the distances changes no interval of the AUC or a rate; swapping the labels mirrors the AUC', () => {
    const { distances, labels, units } = sampleOf(randomFor(2, 'transform'), MODEL);
    const at = (d: readonly number[], threshold: number) => intervalsOf(d, labels, threshold, units);
    const [plain, cubed] = [
      at(distances, 0.5),
      at(
        distances.map((d) => d ** 3),
        0.125,
      ),
    ];
    for (const figure of ['auc', 'accuracy', 'falseDifferent', 'falseSame'] as const) expect(cubed[figure]).toEqual(plain[figure]);
    const swapped = intervalsOf(
      distances,
      labels.map((label) => 1 - label),
      0.5,
      units,
    );
    expect(swapped.auc[0]).toBeCloseTo(1 - plain.auc[1], 12);
    expect(swapped.auc[1]).toBeCloseTo(1 - plain.auc[0], 12);
  });

  test('of the equal error rate predict how it moves when a pair is repeated', () => {
    const { distances, labels } = sampleOf(randomFor(3, 'eer'), { ...MODEL, images: 400 });
    const { value, influence } = eerInfluence(tieGroups(distances, labels), distances, labels);
    const middle = distances.map((d, i) => [Math.abs(d - 0.7), i] as const).filter(([, i]) => Math.abs(influence[i]) > 0);
    const far = middle.toSorted((a, b) => b[0] - a[0]).slice(0, 40);
    const predicted = far.reduce((sum, [, i]) => sum + influence[i], 0);
    const repeated = [...distances, ...far.map(([, i]) => distances[i])];
    const moved = equalErrorRate(tieGroups(repeated, [...labels, ...far.map(([, i]) => labels[i])])) - value;
    expect(Math.abs(moved - predicted)).toBeLessThan(0.25 * Math.abs(predicted) + 0.001);
  });
});

describe('the standard error over units', () => {
  test('is that of independent pairs where no pair shares a unit, and larger where they do', () => {
    const { distances, labels, units } = sampleOf(randomFor(4, 'units'), MODEL);
    const { influence } = aucInfluence(tieGroups(distances, labels), labels);
    const own = Uint32Array.from(labels, (_, i) => i);
    const alone: PairUnits = { over: 'images', count: labels.length, a: own, b: own };
    const independent = Math.sqrt(influence.reduce((sum, w) => sum + w * w, 0));
    expect(standardErrorOver(influence, labels, alone) / independent).toBeCloseTo(1, 1);
    expect(standardErrorOver(influence, labels, units)).toBeGreaterThan(1.5 * independent);
  });

  test('counts a group once: pairs within a group and between groups', () => {
    const units: PairUnits = { over: 'groups', count: 3, a: Uint32Array.of(0, 0, 1, 1, 2, 2), b: Uint32Array.of(0, 1, 1, 0, 2, 1) };
    const labels = [0, 1, 0, 1, 0, 1];
    const w = Float64Array.of(0.1, -0.2, 0.3, 0.1, -0.4, 0.1);
    // u: group 0 .1 / (2/3) and -.1 / (1/3); 1 .3 / (2/3) and 0 / 0; so group 1, in all different pairs, makes it unknown.
    expect(standardErrorOver(w, labels, units)).toBe(Infinity);
    const apart = { ...units, count: 4, b: Uint32Array.of(0, 1, 1, 0, 2, 3) };
    const sums = [0.1 / (2 / 3) - 0.1 / (1 / 3), 0.3 / (2 / 3) - 0.1 / (1 / 3), -0.4 / (2 / 3) + 0.1 / (2 / 3), 0.1 / (2 / 3)];
    const variance = sums.reduce((sum, u) => sum + u * u, 0) - (-0.2 + 0.1) ** 2 - 0.1 ** 2;
    expect(standardErrorOver(w, labels, apart)).toBeCloseTo(Math.sqrt(Math.max(variance, 0.32)), 12);
  });

  test('is at least that of independent pairs where images cancel out', () => {
    const units: PairUnits = { over: 'images', count: 4, a: Uint32Array.of(0, 1, 2, 3), b: Uint32Array.of(1, 2, 3, 0) };
    expect(standardErrorOver(Float64Array.of(1, -1, 1, -1), [0, 0, 0, 0], units)).toBe(2);
  });
});

describe('intervals', () => {
  test('of a perfect AUC depend on the number of images, and a few are not enough for a badge', () => {
    const perfect = (images: number): number => {
      const { labels, units } = sampleOf(randomFor(5, 'perfect'), { ...MODEL, images, pairsPerImage: 4 });
      return aucOverUnits(labels, labels, units).low;
    };
    expect(perfect(8)).toBeLessThan(GATE_AUC);
    expect(perfect(36)).toBeGreaterThan(GATE_AUC);
    expect(perfect(200)).toBeGreaterThan(0.9);
  });

  test('of random distances do not reach the gate', () => {
    const random = randomFor(6, 'chance');
    const passed = Array.from({ length: 100 }, () => {
      const { labels, units } = sampleOf(random, MODEL);
      const distances = labels.map(() => random.normal());
      return aucOverUnits(distances, labels, units).low >= GATE_AUC;
    });
    expect(passed.filter(Boolean).length).toBe(0);
  });

  test('are unknown without pairs of both labels, and the whole range with one unit', () => {
    expect(aucOverUnits([1], [1], imageUnitsOfPairs([{ a: 0, b: 1 }])).low).toBeNaN();
    expect(aucOverUnits([], [], imageUnitsOfPairs([])).low).toBeNaN();
    expect(shareInterval(0.7, Infinity, 5, 2)).toEqual([0, 1]);
    expect(shareInterval(0.7, 0.1, 1, 1)).toEqual([0, 1]);
    expect(shareInterval(0, 0, 40, 20)[1]).toBeCloseTo(1 - 0.025 ** (1 / 20), 12);
  });

  test('contain the figure and survive JSON', () => {
    fc.assert(
      fc.property(tiedSample, fc.integer({ min: 1, max: 9 }), ({ distances, labels }, images) => {
        const pairs = labels.map((_, i) => ({ a: i % images, b: (i * 7 + 1) % images }));
        const intervals = intervalsOf(distances, labels, 1.5, imageUnitsOfPairs(pairs));
        const { accuracy } = rateInfluences(distances, labels, 1.5);
        expect(intervals.accuracy[0]).toBeLessThanOrEqual(accuracy.value);
        expect(intervals.accuracy[1]).toBeGreaterThanOrEqual(accuracy.value);
        expect(JSON.parse(JSON.stringify(intervals))).toEqual(intervals);
      }),
      { numRuns: 50 },
    );
  });
});

test('the accuracy of equal verdicts for all pairs has an interval, from those of both error rates', () => {
  const a = Array.from({ length: 40 }, (_, i) => 2 * i);
  const units = imageUnitsOfPairs(a.map((image) => ({ a: image, b: image + 1 })));
  const labels = a.map((_, i) => (i < 10 ? 0 : 1));
  const { accuracy, falseDifferent, falseSame } = intervalsOf(
    a.map((_, i) => 1 + i / 100),
    labels,
    0.5, // all pairs are different
    units,
  );
  expect([falseDifferent[1], falseSame[0]]).toEqual([1, 0]);
  expect(accuracy[0]).toBeCloseTo(0.75 * (1 - falseSame[1]), 12);
  expect(accuracy[1]).toBeCloseTo(1 - 0.25 * falseDifferent[0], 12);
  expect(accuracy[0]).toBeLessThan(0.75);
  expect(accuracy[1]).toBeGreaterThan(0.75);
});
