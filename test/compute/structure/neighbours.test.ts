import { describe, expect, it } from 'vitest';
import { openEngine } from '../../../src/main/compute/engine/engine-choice.ts';
import { centredGallery, Gallery } from '../../../src/main/compute/structure/gallery.ts';
import { type NeighbourRequest, neighboursOf } from '../../../src/main/compute/structure/neighbours.ts';
import { rankQuery } from '../../../src/main/domain/retrieval/ranking.ts';
import { Relevance } from '../../../src/main/domain/retrieval/relevance.ts';
import { randomFor } from '../../../src/shared/random.ts';

const random = randomFor(1, 'neighbours');
const N = 2100; // more than one block of the gallery
const TEST = 40;
const D = 6;
const rows = Float32Array.from({ length: N * D }, () => 50 + random.normal()); // a large common part
const labels = Array.from({ length: N }, () => [random.below(30)]);
const rowOf = (i: number): Float32Array => rows.subarray(i * D, (i + 1) * D);
const unit = new Gallery(N, D);
for (let i = 0; i < N; i++) unit.setUnit(i, rowOf(i));

const request = (space: 'embedding' | 'features', fullCount: number): NeighbourRequest => ({
  gallery: space === 'embedding' ? centredGallery(rows, D) : unit,
  space,
  queries: Array.from({ length: TEST }, (_, i) => TEST - 1 - i),
  fullCount,
  test: new Relevance(labels.slice(0, TEST)),
  all: new Relevance(labels),
});
const run = async (r: NeighbourRequest, signal = new AbortController().signal): Promise<[Awaited<ReturnType<typeof neighboursOf>>, number[]]> => {
  const done: number[] = [];
  return [await neighboursOf(r, await openEngine('onnx', 'cpu'), { signal, onDone: (count) => done.push(count) }), done];
};

/** In float64, without matrix products. */
const DISTANCES = {
  embedding: (i: number, j: number) => rowOf(i).reduce((sum, x, k) => sum + (x - rowOf(j)[k]!) ** 2, 0),
  features: (i: number, j: number) => {
    const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, k) => sum + x * b[k]!, 0);
    return -dot(rowOf(i), rowOf(j)) / Math.sqrt(dot(rowOf(i), rowOf(i)) * dot(rowOf(j), rowOf(j)));
  },
};

describe('neighboursOf', () => {
  it.each(['embedding', 'features'] as const)('ranks by %s as distances in double precision do', async (space) => {
    const r = request(space, 25);
    const [found, done] = await run(r);
    expect(done).toEqual([25, 15]);
    for (const [i, query] of r.queries.entries()) {
      const distances = Float32Array.from({ length: N }, (_, j) => DISTANCES[space](query, j));
      expect(found[i]!.test?.firstRank).toBe(rankQuery(query, distances.subarray(0, TEST), r.test)?.firstRank);
      const all = rankQuery(query, distances, r.all);
      if (i >= 25) expect(found[i]!.all).toBeNull();
      else {
        // Cosines of rows that all point the same way differ by less than float32 resolves, so a few ranks may swap.
        expect(found[i]!.all!.relevant).toBe(all!.relevant);
        expect(found[i]!.all!.averagePrecision).toBeCloseTo(all!.averagePrecision, space === 'embedding' ? 6 : 2);
      }
    }
  });

  it('stops when it is cancelled', async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(run(request('embedding', 0), controller.signal)).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('Gallery', () => {
  it('gives back rows and cosines; a row of zeros has the cosine 0', () => {
    const gallery = new Gallery(3, 2);
    gallery.setUnit(0, Float32Array.of(3, 4));
    gallery.setUnit(1, Float32Array.of(0, 0));
    gallery.setUnit(2, Float32Array.of(4, 3));
    const out = new Float32Array(3);
    gallery.copyRow(0, out, 1);
    expect([...out].map((x) => Number(x.toFixed(6)))).toEqual([0, 0.6, 0.8]);
    expect(gallery.dot(0, 2)).toBeCloseTo(0.96, 6);
    expect(gallery.dot(0, 1)).toBe(0);
  });
});
