import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aucInfluence } from '../../../src/main/domain/evaluate/influence.ts';
import { aucDifference, compareOnPairs, delongCovariance, mcnemarP, RESAMPLES, resampledInterval } from '../../../src/main/domain/evaluate/paired.ts';
import { tieGroups } from '../../../src/main/domain/evaluate/roc.ts';
import { imageUnitsOfPairs } from '../../../src/main/domain/evaluate/units.ts';
import { randomFor } from '../../../src/shared/random.ts';
import { outcomeOf } from '../../../src/shared/run-difference.ts';
import reference from '../../fixtures/intervals.json' with { type: 'json' };
import { tiedSample } from './distance-samples.ts';
import { sampleOf, type SampledPairs } from './image-effects.ts';

const cases = reference.cases.map((c) => ({ ...c, units: imageUnitsOfPairs(c.a.map((a, i) => ({ a, b: c.b[i] }))) }));
const MODEL = { images: 40, pairsPerImage: 12, apart: 1.5, effect: { same: 0.3, different: 1 } };
const noPause = (): Promise<void> => Promise.resolve();

describe('equal the reference by numpy and scipy', () => {
  test.each(cases)('DeLong’s covariances and test, McNemar’s test, the standard error over images (threshold $threshold)', (c) => {
    const [a, b] = c.distances.map((distances) => aucInfluence(tieGroups(distances, c.label), c.label));
    const [[aa, ab], [, bb]] = delongCovariance(a, b, c.label);
    expect([aa, bb, ab].map((x, i) => x / [...c.delong.variance, c.delong.covariance][i])).toEqual([1, 1, 1].map((x) => expect.closeTo(x, 10)));
    const { delong, mcnemar, difference } = compareOnPairs(
      { distances: c.distances[0], threshold: c.threshold },
      { distances: c.distances[1], threshold: c.threshold },
      c.label,
      c.units,
    );
    expect(delong!.z).toBeCloseTo(c.delong.z, 9);
    expect(delong!.p).toBeCloseTo(c.delong.p, 6);
    expect(mcnemar).toEqual({ ...c.mcnemar, p: expect.closeTo(c.mcnemar.p, 10) });
    const half = reference.t975[c.units.count === 30 ? '30' : '10']; // of 29 and 11 degrees of freedom, nearly
    expect((difference.interval[1] - difference.interval[0]) / 2 / half / c.differenceSeOverImages).toBeCloseTo(1, 1);
  });

  test('McNemar’s exact p', () => {
    for (const { onlyA, onlyB, p } of reference.mcnemar) expect(mcnemarP(onlyA, onlyB) / p).toBeCloseTo(1, 8);
  });
});

describe('differences of two networks', () => {
  /** Another network on the pairs of a sample: it has its own effects of images, `sd`, and of pairs. */
  const another = ({ pairs, distances }: SampledPairs, seed: number, sd: number): number[] => {
    const random = randomFor(seed, 'another');
    const effects = Array.from({ length: 100 }, () => sd * random.normal());
    return distances.map((d, i) => d + pairs[i].label * (effects[pairs[i].a] + effects[pairs[i].b]) + 0.3 * random.normal());
  };

  test('change sign when the networks change places; a network does not differ from itself', () => {
    fc.assert(
      fc.property(tiedSample, fc.integer({ min: 2, max: 9 }), fc.integer(), ({ distances, labels }, images, seed) => {
        const units = imageUnitsOfPairs(labels.map((_, i) => ({ a: i % images, b: (3 * i + 1) % images })));
        const other = distances.map((d, i) => d + ((i * 7 + seed) % 5) / 4);
        const [ab, ba] = [aucDifference(distances, other, labels, units), aucDifference(other, distances, labels, units)];
        expect(ab.value).toBeCloseTo(-ba.value, 12);
        expect(ab.interval[0]).toBeCloseTo(-ba.interval[1], 10);
        const self = aucDifference(distances, distances, labels, units);
        expect(self.value).toBe(0);
        expect(outcomeOf(self)).toBe('unproven');
      }),
      { numRuns: 40 },
    );
  });

  test('the interval of the difference of two equally good networks covers 0 in 93 to 97 % of samples', () => {
    const random = randomFor(1, 'paired');
    let covered = 0;
    const samples = 700; // standard error 0.8 %
    for (let i = 0; i < samples; i++) {
      const sample = sampleOf(random, MODEL);
      const { value, interval } = aucDifference(another(sample, 2 * i, 0.8), another(sample, 2 * i + 1, 0.8), sample.labels, sample.units);
      if (interval[0] <= 0 && 0 <= interval[1]) covered++;
      expect(interval[0] <= value && value <= interval[1]).toBe(true);
    }
    expect(covered / samples).toBeGreaterThan(0.93);
    expect(covered / samples).toBeLessThan(0.97);
  });

  test('a clear difference is proven, and resampling images gives about the same interval, with the same seed the same', async () => {
    const sample = sampleOf(randomFor(3, 'clear'), { ...MODEL, images: 80 });
    const other = another(sample, 4, 2);
    const { value, interval } = aucDifference(sample.distances, other, sample.labels, sample.units);
    expect(outcomeOf({ value, interval })).toBe('better');
    expect(outcomeOf({ value: -value, interval: [-interval[1], -interval[0]] })).toBe('worse');
    const resample = (seed: number) => resampledInterval(sample.distances, other, sample.labels, sample.units, randomFor(seed, 'resample'), noPause);
    const [one, again, seeded] = [await resample(1), await resample(1), await resample(2)];
    expect(one).toEqual(again);
    expect(one).not.toEqual(seeded);
    expect((one![1] - one![0]) / (interval[1] - interval[0])).toBeGreaterThan(0.9);
    expect((one![1] - one![0]) / (interval[1] - interval[0])).toBeLessThan(1.3);
  });

  test('resampling reports its progress, can be stopped, and gives up where resamples lack a label', async () => {
    const { distances, labels, units } = sampleOf(randomFor(5, 'stop'), MODEL);
    const seen: number[] = [];
    const stopping = (done: number): Promise<void> => (seen.push(done), done < 50 ? Promise.resolve() : Promise.reject(new Error('stopped')));
    await expect(resampledInterval(distances, distances, labels, units, randomFor(1, 'r'), stopping)).rejects.toThrow('stopped');
    expect(seen).toEqual([0, 25, 50]);
    const two = imageUnitsOfPairs([
      { a: 0, b: 1 },
      { a: 2, b: 3 },
    ]);
    expect(await resampledInterval([1, 2], [2, 1], [0, 1], two, randomFor(1, 'few'), noPause)).toBeNull();
    expect(RESAMPLES).toBe(1000);
  });
});
