import { expect, test } from 'vitest';
import { nearestRows } from '../../../src/main/domain/similar/nearest.ts';
import { randomFor } from '../../../src/shared/random.ts';

test('the nearest rows are those of a whole sort, with ties by row', () => {
  const random = randomFor(1, 'nearest');
  for (const [n, limit] of [
    [0, 3],
    [1, 3],
    [50, 1],
    [200, 20],
    [200, 500],
  ] as const) {
    const distances = Float64Array.from({ length: n }, () => random.below(12) / 4); // many ties
    const allowed = Uint8Array.from({ length: n }, () => Number(random.between(0, 1) < 0.7));
    for (const mask of [allowed, null]) {
      const sorted = Array.from(distances.keys())
        .filter((row) => mask === null || mask[row] === 1)
        .sort((a, b) => distances[a]! - distances[b]! || a - b)
        .slice(0, limit);
      const found = nearestRows(distances, limit, mask);
      expect([...found.rows]).toEqual(sorted);
      expect([...found.distances]).toEqual(sorted.map((row) => distances[row]));
    }
  }
});

test('a distance that is not a number is the farthest', () => {
  expect([...nearestRows(Float64Array.of(NaN, 2, 1), 3, null).rows]).toEqual([2, 1, 0]);
});
