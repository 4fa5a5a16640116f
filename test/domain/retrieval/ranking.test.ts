import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { randomFor } from '../../../src/shared/random.ts';
import { rankQuery, type RankedQuery } from '../../../src/main/domain/retrieval/ranking.ts';
import { Relevance } from '../../../src/main/domain/retrieval/relevance.ts';

interface Scores {
  precision_at_1: number;
  r_precision: number;
  mean_average_precision_at_r: number;
  mean_average_precision: number;
  recall: Record<'1' | '5' | '10', number>;
}
interface Case extends Record<'euclidean' | 'cosine', { testInTest: Scores; testInAll: Scores }> {
  labels: number[];
  dim: number;
  embeddings: number[];
  scale: number;
  queries: number;
}
const { cases } = JSON.parse(readFileSync(new URL('../../fixtures/retrieval.json', import.meta.url), 'utf8')) as { cases: Case[] };

const rowsOf = ({ embeddings, dim, scale }: Case): number[][] =>
  Array.from({ length: embeddings.length / dim }, (_, i) => embeddings.slice(i * dim, (i + 1) * dim).map((x) => x / scale));
const dot = (a: number[], b: number[]): number => a.reduce((sum, x, k) => sum + x * b[k]!, 0);
const DISTANCES = {
  euclidean: (a: number[], b: number[]) => Math.hypot(...a.map((x, k) => x - b[k]!)),
  cosine: (a: number[], b: number[]) => -dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)),
};

/** Ranks every query [0, queries) among all items. */
function rankAll(rows: number[][], labels: number[], queries: number, distance: (a: number[], b: number[]) => number): RankedQuery[] {
  const relevance = new Relevance(labels.map((label) => [label]));
  return Array.from({ length: queries }, (_, q) =>
    rankQuery(
      q,
      Float32Array.from(rows, (row) => distance(rows[q]!, row)),
      relevance,
    ),
  ).filter((ranked) => ranked !== null);
}

const mean = (ranked: RankedQuery[], of: (q: RankedQuery) => number): number => ranked.reduce((sum, q) => sum + of(q), 0) / ranked.length;

describe('rankQuery', () => {
  describe.each(cases.map((one, i) => [i, one] as const))('has the values of pytorch-metric-learning, case %i', (_, one) => {
    it.each(['euclidean', 'cosine'] as const)('by %s distance', (name) => {
      for (const [scores, count] of [
        [one[name].testInTest, one.queries],
        [one[name].testInAll, one.labels.length],
      ] as const) {
        const ranked = rankAll(rowsOf(one).slice(0, count), one.labels.slice(0, count), one.queries, DISTANCES[name]);
        expect(ranked.length).toBeLessThan(count); // lone queries are left out
        expect(mean(ranked, ({ rPrecision }) => rPrecision)).toBeCloseTo(scores.r_precision, 10);
        expect(mean(ranked, ({ mapAtR }) => mapAtR)).toBeCloseTo(scores.mean_average_precision_at_r, 10);
        expect(mean(ranked, ({ averagePrecision }) => averagePrecision)).toBeCloseTo(scores.mean_average_precision, 10);
        expect(mean(ranked, ({ firstRank }) => Number(firstRank === 1))).toBeCloseTo(scores.precision_at_1, 10);
        for (const k of ['1', '5', '10'] as const)
          expect(mean(ranked, ({ firstRank }) => Number(firstRank <= Number(k)))).toBeCloseTo(scores.recall[k], 10);
      }
    });
  });

  const relevanceOf = (...labels: number[]): Relevance => new Relevance(labels.map((label) => [label]));

  it('ranks other items at the same distance first', () => {
    const ranked = rankQuery(0, Float32Array.of(0, 1, 1, 1, 2), relevanceOf(7, 7, 8, 8, 7))!;
    expect(ranked).toMatchObject({ relevant: 2, firstRank: 3, rPrecision: 0, mapAtR: 0, averagePrecision: (1 / 3 + 2 / 4) / 2, nearest: 2 });
    expect(rankQuery(0, Float32Array.of(5, 5, 5, 5), relevanceOf(1, 1, 2, 2))).toMatchObject({ firstRank: 3, rPrecision: 0 });
  });

  it('leaves the query out, also where it is not its own nearest item', () => {
    const ranked = rankQuery(2, Float32Array.of(3, 1, NaN, 2), relevanceOf(1, 1, 1, 2))!;
    expect(ranked).toMatchObject({ relevant: 2, firstRank: 1, nearest: 1, rPrecision: 1 / 2, averagePrecision: (1 + 2 / 3) / 2 });
  });

  it('is null for a query without a relevant item', () => {
    expect(rankQuery(0, Float32Array.of(0, 1), relevanceOf(1, 2))).toBeNull();
    expect(rankQuery(0, Float32Array.of(0, 1), new Relevance([[], [1]]))).toBeNull();
  });

  it('counts an item of several identities as the same as each of their items', () => {
    const relevance = new Relevance([[1, 2], [1], [2], [3], [2]]);
    expect([...relevance.sameAs(0)]).toEqual([0, 1, 2, 4]);
    expect(rankQuery(0, Float32Array.of(0, 1, 3, 2, 4), relevance)).toMatchObject({ relevant: 3, firstRank: 1, rPrecision: 2 / 3 });
    expect(rankQuery(1, Float32Array.of(1, 0, 2, 3, 4), relevance)).toMatchObject({ relevant: 1, firstRank: 1 });
  });

  it('equals a ranking by sorting, with ties, for any distances; monotone transforms change nothing', () => {
    const random = randomFor(3, 'ranking');
    for (let trial = 0; trial < 60; trial++) {
      const n = 2 + random.below(60);
      const labels = Array.from({ length: n }, () => random.below(4));
      const values = 1 + random.below(40); // few values: many ties
      const distances = Float32Array.from({ length: n }, () => random.below(values) / 8 - 1);
      const order = Array.from(labels.keys())
        .slice(1)
        .sort((x, y) => distances[x]! - distances[y]! || Number(labels[x] === labels[0]) - Number(labels[y] === labels[0]));
      const hits = order.map((item) => labels[item] === labels[0]);
      const relevant = hits.filter(Boolean).length;
      const ranked = rankQuery(0, distances, relevanceOf(...labels));
      if (relevant === 0) {
        expect(ranked).toBeNull();
        continue;
      }
      const precision = (i: number): number => hits.slice(0, i + 1).filter(Boolean).length / (i + 1);
      const averaged = (upTo: number): number => hits.slice(0, upTo).reduce((sum, hit, i) => sum + (hit ? precision(i) : 0), 0) / relevant;
      expect(ranked!.firstRank).toBe(hits.indexOf(true) + 1);
      expect(ranked!.rPrecision).toBeCloseTo(precision(relevant - 1), 12);
      expect(ranked!.mapAtR).toBeCloseTo(averaged(relevant), 12);
      expect(ranked!.averagePrecision).toBeCloseTo(averaged(n), 12);
      expect(labels[ranked!.nearest] === labels[0]).toBe(hits[0]);
      expect(distances[ranked!.nearest]).toBe(distances[order[0]!]);
      expect(
        rankQuery(
          0,
          distances.map((d) => Math.exp(d)),
          relevanceOf(...labels),
        ),
      ).toEqual(ranked);
    }
  });
});
