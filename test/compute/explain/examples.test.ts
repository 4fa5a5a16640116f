import { expect, test } from 'vitest';
import { comparedPositions } from '../../../src/main/compute/explain/examples.ts';
import { ImageTable, packImages } from '../../../src/main/domain/pairs/packed.ts';
import { SPLITS } from '../../../src/shared/dataset.ts';

const hash = (id: number): string => id.toString(16).padStart(64, '0');
const table = new ImageTable(
  packImages(
    Array.from({ length: 60 }, (_, id) => ({
      id,
      file: `${id}.png`,
      className: 'oak',
      sha256: hash(id),
      content: hash(id),
      group: null,
      split: SPLITS[id % 3]!,
    })),
  ),
);

test('all training and validation images are compared; of too many a sample that depends on the seed alone', () => {
  const all = comparedPositions(table, 7);
  expect(all).toEqual({ available: 40, positions: Array.from({ length: 60 }, (_, i) => i).filter((i) => SPLITS[i % 3] !== 'test') });
  const some = comparedPositions(table, 7, 10);
  expect(some.available).toBe(40);
  expect(some.positions).toHaveLength(10);
  expect(some.positions.every((i) => all.positions.includes(i))).toBe(true);
  expect(some.positions).toEqual([...some.positions].sort((a, b) => a - b));
  expect(comparedPositions(table, 7, 10)).toEqual(some);
  expect(comparedPositions(table, 8, 10)).not.toEqual(some);
});
