import { expect, test } from 'vitest';
import { dividedSiblings } from '../../../src/main/domain/lint/siblings.ts';
import type { Split } from '../../../src/shared/dataset.ts';

const image = (file: string, split: Split, o: { group?: string; content?: string } = {}) => ({
  file,
  split,
  group: o.group ?? null,
  content: o.content ?? file,
});

test('finds near names in several splits, with an example from test and training', () => {
  const images = [
    image('a/scan1_left.png', 'train'),
    image('a/scan1_right.png', 'test'),
    image('a/scan2_left.png', 'valid'),
    image('a/scan2_right.png', 'valid'),
    image('a/IMG-7.png', 'train'),
    image('a/IMG-7 (2).png', 'test'),
    image('a/IMG-8.png', 'test'),
  ];
  expect(dividedSiblings(images)).toEqual([
    {
      kind: 'names',
      count: 2,
      test: 2,
      images: [images[0], images[1], images[4], images[5]],
      example: [
        { file: 'a/scan1_right.png', split: 'test' },
        { file: 'a/scan1_left.png', split: 'train' },
      ],
    },
  ]);
});

test('takes the numbering of a class, and names that differ elsewhere, for no siblings', () => {
  const splits: Split[] = ['train', 'valid', 'test'];
  const numbered = Array.from({ length: 12 }, (_, i) => image(`oak/oak_${i}.png`, splits[i % 3]!));
  const few = Array.from({ length: 6 }, (_, i) => image(`elm/elm_${i}.png`, splits[i % 3]!));
  const photos = Array.from({ length: 9 }, (_, i) => image(`fir/${1000 + i * 37}_b${i}f3_n.jpg`, splits[i % 3]!));
  const plain = Array.from({ length: 9 }, (_, i) => image(`ash/${i}.jpg`, splits[i % 3]!));
  expect(dividedSiblings([...numbered, ...few, ...photos, ...plain])).toEqual([]);
});

test('finds divided groups and copies; groups say more than names', () => {
  const images = [
    image('a/x_1.png', 'train', { group: 'p1' }),
    image('a/x_2.png', 'test', { group: 'p1' }),
    image('a/y_1.png', 'train', { group: 'p2', content: 'same' }),
    image('a/z_1.png', 'valid', { group: 'p3', content: 'same' }),
    image('a/w.png', 'valid'),
  ];
  expect(dividedSiblings(images).map(({ kind, count, test: inTest }) => [kind, count, inTest])).toEqual([
    ['groups', 1, 1],
    ['copies', 1, 0],
  ]);
});
