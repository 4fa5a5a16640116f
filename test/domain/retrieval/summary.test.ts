import { describe, expect, it } from 'vitest';
import type { RankedQuery } from '../../../src/main/domain/retrieval/ranking.ts';
import { meanOver, retrievalFigures } from '../../../src/main/domain/retrieval/summary.ts';
import { randomFor } from '../../../src/shared/random.ts';

const ranked = (firstRank: number, mapAtR: number): RankedQuery => ({
  ...{ relevant: 3, firstRank, rPrecision: 0.5, mapAtR, averagePrecision: 0.7, nearest: 0 },
});

describe('retrievalFigures', () => {
  it('averages over queries, with intervals around the means', () => {
    const { queries, units, figures, gain } = retrievalFigures([
      { unit: 0, embedding: ranked(1, 0.9), features: ranked(7, 0.1) },
      { unit: 1, embedding: ranked(6, 0.5), features: ranked(7, 0.3) },
      { unit: 2, embedding: ranked(11, 0.1), features: ranked(1, 0.2) },
      { unit: 3, embedding: ranked(1, 0.5), features: ranked(1, 0.2) },
    ]);
    expect([queries, units]).toEqual([4, 4]);
    const { recall1, recall5, recall10, rPrecision, mapAtR, map } = figures.embedding;
    expect([recall1, recall5, recall10].map(({ value }) => value)).toEqual([0.5, 0.5, 0.75]);
    expect([rPrecision.value, mapAtR.value, map.value]).toEqual([0.5, 0.5, 0.7]);
    expect(figures.features.recall1.value).toBe(0.5);
    expect(recall1.interval[0]).toBeLessThan(0.5);
    expect(recall1.interval[1]).toBeGreaterThan(0.5);
    expect(gain.recall1.value).toBe(0);
    expect(gain.mapAtR.value).toBeCloseTo(0.3, 12);
  });

  it('gives an interval of width 0 to no proportion: all right is bounded by the number of queries', () => {
    const all = Array.from({ length: 20 }, (_, unit) => ({ unit, embedding: ranked(1, 1), features: ranked(1, 1) }));
    const [low, high] = retrievalFigures(all).figures.embedding.recall1.interval;
    expect(low).toBeCloseTo(0.025 ** (1 / 20), 12);
    expect(high).toBe(1);
  });

  it('sums queries of one group: the interval of queries that agree within groups is wider', () => {
    const widths = [1, 4].map((perGroup) => {
      const pairs = Array.from({ length: 80 }, (_, i) => {
        const query = ranked(Math.floor(i / 4) % 2 === 0 ? 1 : 2, 0.5);
        return { unit: Math.floor(i / perGroup), embedding: query, features: query };
      });
      const [low, high] = retrievalFigures(pairs).figures.embedding.recall1.interval;
      return high - low;
    });
    expect(widths[1]! / widths[0]!).toBeGreaterThan(1.8);
  });
});

it('covers the true share in 95 % of samples of groups', () => {
  const random = randomFor(7, 'coverage');
  let covered = 0;
  const trials = 400;
  for (let trial = 0; trial < trials; trial++) {
    const pairs = Array.from({ length: 30 }, (_, unit) => ({ unit, share: random.between(0, 1) })).flatMap(({ unit, share }) =>
      Array.from({ length: 5 }, () => {
        const query = ranked(random.between(0, 1) < share ? 1 : 2, 0.5);
        return { unit, embedding: query, features: query };
      }),
    );
    const [low, high] = retrievalFigures(pairs).figures.embedding.recall1.interval;
    if (low <= 0.5 && high >= 0.5) covered++;
  }
  expect(covered / trials).toBeGreaterThan(0.92);
  expect(covered / trials).toBeLessThan(0.98);
});

it('has the standard error of independent values without groups', () => {
  const { value, se } = meanOver([1, 2, 3, 6], [0, 1, 2, 3]);
  expect(value).toBe(3);
  expect(se).toBeCloseTo(Math.sqrt(14 / 3 / 4), 12);
});
