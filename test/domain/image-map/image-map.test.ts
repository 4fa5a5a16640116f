import { readFileSync } from 'node:fs';
import { UMAP } from 'umap-js';
import { describe, expect, it } from 'vitest';
import { neighbourGraph, type Neighbours } from '../../../src/main/domain/image-map/neighbour-graph.ts';
import { placeNew } from '../../../src/main/domain/image-map/place-new.ts';
import { principalPlane } from '../../../src/main/domain/image-map/principal-plane.ts';
import { trustworthiness } from '../../../src/main/domain/image-map/trustworthiness.ts';
import { layOut } from '../../../src/main/domain/image-map/umap.ts';
import { randomFor } from '../../../src/shared/random.ts';
import { hashed } from '../../nn/reference.ts';

const reference = JSON.parse(readFileSync(new URL('../../fixtures/image-map.json', import.meta.url), 'utf8')) as {
  trustworthiness: Record<string, Record<'1' | '5' | '12', number>>;
};

const [N, D, K] = [90, 6, 14];
const centres = hashed('image map groups', 3 * D);
const distinct = Float32Array.from(hashed('image map rows', N * D), (x, at) => x + 1.5 * centres[(Math.floor(at / D) % 3) * D + (at % D)]!);
const rows = distinct.slice().copyWithin(31 * D, 30 * D, 31 * D); // with a copy
const distanceIn = (of: Float32Array, i: number, j: number): number =>
  Math.hypot(...Array.from({ length: D }, (_, c) => of[i * D + c]! - of[j * D + c]!));
const distance = (i: number, j: number): number => distanceIn(rows, i, j);

function neighboursOf(n: number, k: number): Neighbours {
  const positions = new Int32Array(n * k);
  const distances = new Float32Array(n * k);
  for (let i = 0; i < n; i++) {
    const others = Array.from({ length: n }, (_, j) => j).filter((j) => j !== i);
    const nearest = others.toSorted((a, b) => distance(i, a) - distance(i, b) || a - b).slice(0, k);
    positions.set(nearest, i * k);
    distances.set(
      nearest.map((j) => distance(i, j)),
      i * k,
    );
  }
  return { n, k, positions, distances };
}
const neighbours = neighboursOf(N, K);

/** Its graph, of neighbours that start with the row itself. */
function edgesOfUmapJs(): { row: number; col: number; value: number }[] {
  const of = (numbers: Int32Array | Float32Array, first: (row: number) => number): number[][] =>
    Array.from({ length: N }, (_, i) => [first(i), ...numbers.subarray(i * K, (i + 1) * K)]);
  const umap = new UMAP({ nNeighbors: K + 1, random: () => 0.5 });
  umap.setPrecomputedKNN(
    of(neighbours.positions, (row) => row),
    of(neighbours.distances, () => 0),
  );
  umap.initializeFit(Array.from({ length: N }, () => [0]));
  const { graph } = umap as unknown as { graph: { getAll: () => { row: number; col: number; value: number }[] } };
  return graph.getAll().filter(({ row, col, value }) => row < col && value > 0);
}

async function layoutOf(seed: number, epochs = 200): Promise<Float64Array> {
  const xy = principalPlane(rows, D, randomFor(seed, 'start'));
  await layOut(neighbourGraph(neighbours), xy, { epochs, random: randomFor(seed, 'layout') });
  return xy;
}

describe('the graph of neighbours', () => {
  it('has the edges and weights of umap-js', () => {
    const { from, to, weight } = neighbourGraph(neighbours);
    const ours = new Map([...weight].map((w, e) => [`${Math.min(from[e]!, to[e]!)} ${Math.max(from[e]!, to[e]!)}`, w]));
    const theirs = edgesOfUmapJs();
    expect(ours.size).toBe(theirs.length);
    for (const { row, col, value } of theirs) expect(ours.get(`${row} ${col}`), `${row} ${col}`).toBeCloseTo(value, 4);
  });

  it('survives rows that are all equal, and a row with one neighbour', () => {
    const equal = neighbourGraph({ n: 3, k: 2, positions: Int32Array.of(1, 2, 0, 2, 0, 1), distances: new Float32Array(6) });
    expect([...equal.weight]).toEqual([1, 1, 1]);
    const two = neighbourGraph({ n: 2, k: 1, positions: Int32Array.of(1, 0), distances: Float32Array.of(0.3, 0.3) });
    expect([...two.weight]).toEqual([1]);
  });
});

describe('trustworthiness', () => {
  const maps: Record<string, ArrayLike<number>> = {
    'first two numbers': Array.from({ length: 2 * N }, (_, at) => distinct[Math.floor(at / 2) * D + (at % 2)]!),
    unrelated: hashed('image map plane', 2 * N),
    'a line': Array.from({ length: 2 * N }, (_, at) => (at % 2 === 0 ? (at / 2) ** 2 : 0)),
  };
  it.each(Object.keys(maps))('is scikit-learn’s: %s', (name) => {
    for (const k of [1, 5, 12] as const)
      expect(
        trustworthiness(N, (i, j) => distanceIn(distinct, i, j), maps[name]!, k),
        `k = ${k}`,
      ).toBeCloseTo(reference.trustworthiness[name]![`${k}`], 9);
  });
});

describe('the layout', () => {
  it('is the same for the same seed, and another one for another seed', async () => {
    const [one, again, other] = await Promise.all([layoutOf(1, 50), layoutOf(1, 50), layoutOf(2, 50)]);
    expect([...one]).toEqual([...again]);
    expect([...one]).not.toEqual([...other]);
  });

  it('keeps neighbours together, better than the plane that it starts from', async () => {
    const start = trustworthiness(N, distance, principalPlane(rows, D, randomFor(1, 'start')), 5);
    const end = trustworthiness(N, distance, await layoutOf(1), 5);
    expect(end).toBeGreaterThan(start + 0.02);
    expect(end).toBeGreaterThan(0.9);
  });

  it('puts copies on nearly the same point', async () => {
    const xy = await layoutOf(1);
    const apart = (i: number, j: number): number => Math.hypot(xy[2 * i]! - xy[2 * j]!, xy[2 * i + 1]! - xy[2 * j + 1]!);
    const all = Array.from({ length: N * N }, (_, at) => apart(Math.floor(at / N), at % N)).toSorted((a, b) => a - b);
    expect(apart(30, 31)).toBeLessThan(all[N + Math.floor(0.05 * N * N)]!);
  });

  it('ends when `pause` throws', async () => {
    const xy = principalPlane(rows, D, randomFor(1, 'start'));
    const stop = (done: number): Promise<void> => (done === 3 ? Promise.reject(new Error('stopped')) : Promise.resolve());
    await expect(layOut(neighbourGraph(neighbours), xy, { epochs: 9, random: randomFor(1, 'layout'), pause: stop })).rejects.toThrow('stopped');
  });
});

describe('new rows', () => {
  it('are placed at the mean of their neighbours, and the others stay', async () => {
    const before = await layoutOf(1);
    const known = Uint8Array.from({ length: N }, (_, i) => (i < 80 ? 1 : 0));
    const xy = before.map((value, at) => (known[at >> 1] === 1 ? value : NaN));
    const graph = neighbourGraph(neighbours);
    placeNew(graph, xy, known);
    await layOut(graph, xy, { epochs: 60, random: randomFor(1, 'added'), fixed: known });
    expect([...xy.subarray(0, 160)]).toEqual([...before.subarray(0, 160)]);
    expect(xy.every(Number.isFinite)).toBe(true);
    expect(trustworthiness(N, distance, xy, 5)).toBeGreaterThan(0.9);
  });

  it('that only have new neighbours follow these', () => {
    // 0 - 1 - 2, and 3 without an edge
    const graph = { n: 4, from: Int32Array.of(0, 1), to: Int32Array.of(1, 2), weight: Float32Array.of(1, 0.5) };
    const xy = Float64Array.of(4, 2, 0, 0, 0, 0, 0, 0);
    placeNew(graph, xy, Uint8Array.of(1, 0, 0, 0));
    expect([...xy]).toEqual([4, 2, 4, 2, 4, 2, 0, 0]);
  });
});
