import { describe, expect, test } from 'vitest';
import { type Candidate, compareCandidates } from '../../../src/main/domain/compare-encoders/compare-encoders.ts';
import { intervalsOf } from '../../../src/main/domain/evaluate/intervals.ts';
import { aucDifference, RESAMPLES, resampledInterval } from '../../../src/main/domain/evaluate/paired.ts';
import { aucOf } from '../../../src/main/domain/evaluate/roc.ts';
import { imageUnitsOfPairs } from '../../../src/main/domain/evaluate/units.ts';
import { isProven } from '../../../src/shared/encoder-comparison.ts';
import { randomFor } from '../../../src/shared/random.ts';
import { sampleOf } from '../evaluate/image-effects.ts';

const { pairs, distances, labels } = sampleOf(randomFor(1, 'pairs'), {
  images: 40,
  pairsPerImage: 8,
  apart: 2,
  effect: { same: 0.3, different: 0.5 },
});
const units = imageUnitsOfPairs(pairs);
const random = randomFor(1, 'noise');
const withNoise = (sd: number): Float64Array => Float64Array.from(distances, (d) => d + sd * random.normal());
const hits = (share: number): Uint8Array => Uint8Array.from({ length: 40 }, (_, i) => Number(i < 40 * share));
const good: Candidate = { distances: Float64Array.from(distances), hits: hits(0.9) };
const bad: Candidate = { distances: withNoise(6), hits: hits(0.5) };
const queryUnits = Array.from({ length: 40 }, (_, i) => i);
const noPause = (): Promise<void> => Promise.resolve();
const compare = (candidates: Candidate[], queries = queryUnits) =>
  compareCandidates({ candidates, labels: Uint8Array.from(labels), units, queryUnits: queries }, noPause);

describe('encoders on the same pairs', () => {
  test('have the figures and intervals of an evaluation', async () => {
    const { figures, best } = await compare([bad, good]);
    expect(best).toBe(1);
    const intervals = intervalsOf(good.distances, labels, 1, units);
    expect(figures[1]).toMatchObject({
      auc: { value: aucOf(good.distances, labels), interval: intervals.auc },
      eer: { interval: intervals.eer },
      recall1: { value: 0.9 },
      behind: null,
    });
  });

  test('are compared with the best one as runs are', async () => {
    const { figures } = await compare([bad, good]);
    const { behind } = figures[0]!;
    expect(behind!.auc).toEqual(aucDifference(good.distances, bad.distances, labels, units));
    expect(behind!.resampled).toEqual(
      await resampledInterval(good.distances, bad.distances, labels, units, randomFor(1, 'resampled pairs'), noPause),
    );
    expect(behind!.recall1!.value).toBeCloseTo(0.4, 12);
    expect(behind!.eer.value).toBeCloseTo(figures[1]!.eer.value - figures[0]!.eer.value, 12);
    expect(isProven(figures[0]!)).toBe(true);
    expect(isProven(figures[1]!)).toBe(false);
  });

  test('that are equal are not proven to differ, and the first is the best', async () => {
    const { figures, best } = await compare([good, { ...good }]);
    expect(best).toBe(0);
    expect(figures[1]!.behind).toMatchObject({ auc: { value: 0 }, p: 1, holm: 1 });
    expect(isProven(figures[1]!)).toBe(false);
  });

  test('have p values that are adjusted for all of them', async () => {
    const { figures } = await compare([good, bad, { ...bad }, { ...bad }]);
    const ps = figures.slice(1).map(({ behind }) => behind!);
    for (const { p, holm } of ps) expect(holm).toBeCloseTo(3 * p, 15);
  });

  test('have no Recall@1 where no two images are the same', async () => {
    const { figures } = await compare([good, bad], []);
    expect(figures.map(({ recall1, behind }) => [recall1, behind?.recall1 ?? null])).toEqual([
      [null, null],
      [null, null],
    ]);
  });

  test('report the resamples of all comparisons', async () => {
    const steps: [number, number][] = [];
    const request = { candidates: [good, bad, bad], labels: Uint8Array.from(labels), units, queryUnits };
    await compareCandidates(request, (done, total) => Promise.resolve(void steps.push([done, total])));
    expect(steps[0]).toEqual([0, 2 * RESAMPLES]);
    expect(steps.some(([done]) => done > RESAMPLES)).toBe(true);
  });
});
