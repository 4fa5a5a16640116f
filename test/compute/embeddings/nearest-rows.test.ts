import { describe, expect, it } from 'vitest';
import { type NearestOptions, type NearestRows, nearestRows } from '../../../src/main/compute/embeddings/nearest-rows.ts';
import { openEngine } from '../../../src/main/compute/engine/engine-choice.ts';
import { GALLERY_BLOCK } from '../../../src/main/compute/structure/gallery.ts';
import type { EmbeddingMeasure } from '../../../src/shared/embedding-source.ts';
import { randomFor } from '../../../src/shared/random.ts';

const D = 6;
const drawRows = (n: number, d = D): Float32Array => {
  const random = randomFor(1, 'nearest rows');
  return Float32Array.from({ length: n * d }, () => random.normal());
};

const nearest = async (rows: Float32Array, measure: EmbeddingMeasure, options: Partial<NearestOptions> = {}): Promise<NearestRows> =>
  nearestRows(rows, D, { k: 5, measure, engine: await openEngine('onnx', 'cpu'), signal: new AbortController().signal, ...options });

/** In float64, without products: every distance, sorted by distance and position. */
function bruteForce(rows: Float32Array, measure: EmbeddingMeasure, query: number, k: number): { position: number; distance: number }[] {
  const row = (i: number): number[] => [...rows.subarray(i * D, (i + 1) * D)];
  const dot = (a: number[], b: number[]): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  const a = row(query);
  const distanceTo = (i: number): number => {
    const b = row(i);
    if (measure === 'euclidean') return Math.hypot(...a.map((x, j) => x - b[j]!));
    const length = Math.sqrt(dot(a, a) * dot(b, b));
    if (length === 0) return 1;
    return a.every((x, j) => x === b[j]) ? 0 : 1 - dot(a, b) / length;
  };
  return Array.from({ length: rows.length / D }, (_, position) => ({ position, distance: distanceTo(position) }))
    .filter(({ position }) => position !== query)
    .sort((x, y) => x.distance - y.distance || x.position - y.position)
    .slice(0, k);
}

function expectExact(rows: Float32Array, measure: EmbeddingMeasure, found: NearestRows, queries: readonly number[]): void {
  for (const query of queries) {
    const exact = bruteForce(rows, measure, query, found.k);
    const own = (values: ArrayLike<number>): number[] => Array.from({ length: found.k }, (_, j) => values[query * found.k + j]!);
    expect([query, ...own(found.positions)]).toEqual([query, ...exact.map(({ position }) => position)]);
    own(found.distances).forEach((distance, j) => expect(distance).toBeCloseTo(exact[j]!.distance, 6));
  }
}

const everyRow = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

describe('nearestRows', () => {
  it.each(['cosine', 'euclidean'] as const)('equals brute force in float64 by %s, also at the edges of blocks', async (measure) => {
    const n = GALLERY_BLOCK + 3;
    const rows = drawRows(n);
    rows.forEach((x, i) => measure === 'euclidean' && (rows[i] = x + 50)); // a large common part
    const done: number[] = [];
    const found = await nearest(rows, measure, { onProgress: (count) => done.push(count) });
    expect(found.k).toBe(5);
    expectExact(rows, measure, found, [0, 1, 511, 512, 513, 1023, GALLERY_BLOCK - 1, GALLERY_BLOCK, n - 1]);
    expect(done).toEqual([512, 1024, 1536, 2048, n]);
  });

  it.each(['cosine', 'euclidean'] as const)(
    'finds copies, mirrored rows and rows of zeros by %s: copies by position, at distance 0',
    async (measure) => {
      const rows = drawRows(60);
      const put = (to: number, from: number, scale: number): void =>
        rows.set(
          rows.slice(from * D, (from + 1) * D).map((x) => x * scale),
          to * D,
        );
      for (let i = 20; i < 40; i++) put(i, 3, 1); // more copies than neighbours
      put(41, 4, -1);
      put(42, 4, 2); // the same direction
      for (const i of [0, 50, 59]) put(i, i, 0);
      const found = await nearest(rows, measure);
      // Copies of other rows of the same direction may differ in the last bit of their cosine, so row 4 and 42 are checked by distance alone.
      expectExact(
        rows,
        measure,
        found,
        everyRow(60).filter((i) => measure === 'euclidean' || (i !== 4 && i !== 42)),
      );
      expect([...found.positions.subarray(3 * 5, 4 * 5)]).toEqual([20, 21, 22, 23, 24]);
      expect([...found.positions.subarray(39 * 5, 40 * 5)]).toEqual([3, 20, 21, 22, 23]);
      expect([...found.distances.subarray(3 * 5, 4 * 5)]).toEqual([0, 0, 0, 0, 0]);
      if (measure === 'cosine') {
        expect([...found.positions.subarray(0, 5)]).toEqual([1, 2, 3, 4, 5]); // zeros: all are equally far
        expect(found.positions[4 * 5]).toBe(42);
        expect(found.distances[4 * 5]).toBeCloseTo(0, 6);
      }
    },
  );

  it.each([
    [1, 0],
    [2, 1],
    [5, 4],
    [6, 5],
    [7, 5],
  ])('of %d rows gives %d neighbours each', async (n, k) => {
    const rows = drawRows(n);
    const found = await nearest(rows, 'cosine');
    expect(found).toMatchObject({ k });
    expect(found.positions).toHaveLength(n * k);
    expectExact(rows, 'cosine', found, everyRow(n));
  });

  it('of equal rows only gives the others by position', async () => {
    const found = await nearest(new Float32Array(4 * D).fill(1), 'euclidean', { k: 2 });
    expect([...found.positions]).toEqual([1, 2, 0, 2, 0, 1, 0, 1]);
    expect([...found.distances]).toEqual(new Array(8).fill(0));
  });

  it('stops when it is cancelled', async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(nearest(drawRows(10), 'cosine', { signal: controller.signal })).rejects.toMatchObject({ code: 'cancelled' });
  });
});
