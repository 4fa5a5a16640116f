import { beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../../src/main/db/store.ts';
import { ImageQuery } from '../../src/shared/curation.ts';
import { image } from '../features/dataset/images.ts';
import { freshWorkspace, storeAt } from './kit.ts';
import { someDataset } from './records.ts';

const FILES = [
  '100%_sure.png',
  'Ärger.PNG',
  "O'Brien; DROP TABLE images;--.png",
  'plain_a.png',
  'plainXa.png',
  'straße.png',
  'Ångström (nfd).png'.normalize('NFD'),
  '<img onerror=alert(1)>.png',
  '"quoted".png',
  '日本.png',
  'back\\slash.png',
  'İstanbul.png',
];
let store: Store;

beforeEach(() => {
  store = storeAt(freshWorkspace());
  const images = FILES.map((name, i) =>
    image(i, i < 6 ? 'Rosen' : 'tulips', {
      file: `${i < 6 ? 'Rosen' : 'tulips'}/${name}`,
      width: 100 - i,
      height: 10,
      split: (['train', 'valid', 'test'] as const)[i % 3]!,
    }),
  );
  store.datasets.insert(someDataset({ images, pairs: { train: 0, valid: 0, test: 0 } }));
});

const find = (query: Partial<ImageQuery>): number[] => [...store.browse.find(ImageQuery.parse({ dataset: 'things', sort: 'file', ...query })).ids];

describe('text', () => {
  test.each<[string, number[]]>([
    ['%', [0]],
    ['_', [0, 3]],
    ['ÄRGER', [1]],
    ["'", [2]],
    ["' OR 1=1 --", []],
    ['; drop table images', [2]],
    ['plain_a', [3]],
    ['STRASSE', [5]],
    ['ångström', [6]], // composed, though the file's name is not
    ['<IMG', [7]],
    ['"', [8]],
    ['日', [9]],
    ['\\', [10]],
    ['rosen', [0, 1, 2, 3, 4, 5]],
    ['*', []],
    ['  plain_a  ', [3]],
    ['', FILES.map((_, i) => i)],
  ])('%j finds %j', (text, ids) => expect(find({ text })).toEqual(ids));

  test('searches tags and the current class', () => {
    store.curation.apply('things', { kind: 'tag', ids: [9], tag: 'Überbelichtet 50%' });
    store.curation.apply('things', { kind: 'relabel', ids: [0], className: 'Nelken' });
    expect(find({ text: 'überbelichtet 50%' })).toEqual([9]);
    expect(find({ text: 'nelken' })).toEqual([0]);
  });
});

test('combines filters, and an empty filter matches all', () => {
  store.curation.apply('things', { kind: 'tag', ids: [1, 2, 8], tag: 'x' });
  store.curation.apply('things', { kind: 'tag', ids: [3], tag: 'y' });
  store.curation.apply('things', { kind: 'exclude', ids: [2, 4] });
  store.curation.apply('things', { kind: 'relabel', ids: [3], className: 'tulips' });
  expect(find({ tags: ['x'] })).toEqual([1, 2, 8]);
  expect(find({ tags: ['x', 'y'] })).toEqual([1, 2, 3, 8]);
  expect(find({ tags: ['x'], state: 'included' })).toEqual([1, 8]);
  expect(find({ state: 'excluded' })).toEqual([2, 4]);
  expect(find({ classes: ['Rosen'] })).toEqual([0, 1, 2, 4, 5]);
  expect(find({ classes: ['Rosen'], splits: ['train'], state: 'included' })).toEqual([0]);
  expect(find({ classes: ["' OR 1=1"] })).toEqual([]);
  expect(find({ sort: 'pixels' })).toEqual(FILES.map((_, i) => i).reverse());
  expect(find({ sort: 'split', descending: true }).slice(0, 4)).toEqual([2, 5, 8, 11]);
  expect(find({ sort: 'class', descending: true }).slice(0, 3)).toEqual([3, 6, 7]);
  expect(find({ sort: 'file', descending: true })[0]).toBe(11);
});

test('counts the images of each class when sorted by class', () => {
  store.curation.apply('things', { kind: 'relabel', ids: [11], className: 'Astern' });
  const found = (more: Partial<ImageQuery>): unknown => store.browse.find(ImageQuery.parse({ dataset: 'things', sort: 'class', ...more }));
  const astern = { className: 'Astern', images: 1 };
  expect(found({})).toEqual({
    ids: Int32Array.of(11, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
    classes: [astern, { className: 'Rosen', images: 6 }, { className: 'tulips', images: 5 }],
  });
  expect(found({ text: 'ROSEN' })).toEqual({ ids: Int32Array.of(0, 1, 2, 3, 4, 5), classes: [{ className: 'Rosen', images: 6 }] });
  expect(found({ text: 'nothing' })).toEqual({ ids: Int32Array.of(), classes: [] });
  expect(found({ sort: 'file', text: 'istanbul' })).toMatchObject({ classes: null });
});

test('returns rows in the requested order, and refuses an unknown id', () => {
  store.curation.apply('things', { kind: 'tag', ids: [5], tag: 'b' });
  store.curation.apply('things', { kind: 'tag', ids: [5], tag: 'a' });
  expect(store.browse.rows('things', [5, 0]).map(({ id, tags }) => [id, tags])).toEqual([
    [5, ['a', 'b']],
    [0, []],
  ]);
  expect(() => store.browse.rows('things', [99])).toThrow(/no image 99/);
});

test('counts add up, and an emptied class stays in the list', () => {
  store.curation.apply('things', { kind: 'relabel', ids: [0, 1, 2, 3, 4, 5], className: 'tulips' });
  store.curation.apply('things', { kind: 'exclude', ids: [5] });
  store.curation.apply('things', { kind: 'tag', ids: [5, 6], tag: 'x' });
  expect(store.browse.counts('things')).toEqual({
    dataset: 'things',
    classes: [
      { className: 'Rosen', included: 0, excluded: 0, splits: { train: 0, valid: 0, test: 0 } },
      { className: 'tulips', included: 11, excluded: 1, splits: { train: 4, valid: 4, test: 3 } },
    ],
    tags: [{ tag: 'x', images: 2 }],
    included: 11,
    excluded: 1,
    relabelled: 6,
  });
});

test('classes with numbers are ordered by value, in the list of classes and in the order of images', () => {
  const names = ['10', '9', 'grade 10', 'grade 2', '100'];
  const images = names.flatMap((name, i) => [0, 1].map((n) => image(2 * i + n, name, { file: `${name}/${n}.png` })));
  store.datasets.insert(someDataset({ name: 'Numbers', snapshot: 'n', images, pairs: { train: 0, valid: 0, test: 0 } }));
  const expected = ['9', '10', '100', 'grade 2', 'grade 10'];
  expect(store.browse.counts('numbers').classes.map(({ className }) => className)).toEqual(expected);
  const ascending = store.browse.find(ImageQuery.parse({ dataset: 'numbers' }));
  expect(ascending.classes).toEqual(expected.map((className) => ({ className, images: 2 })));
  expect([...ascending.ids]).toEqual([2, 3, 0, 1, 8, 9, 6, 7, 4, 5]);
  const descending = store.browse.find(ImageQuery.parse({ dataset: 'numbers', descending: true }));
  expect(descending.classes!.map(({ className }) => className)).toEqual(expected.toReversed());
  expect([...descending.ids]).toEqual([4, 5, 6, 7, 8, 9, 0, 1, 2, 3]);
});

test('images are found by their bytes, with the copies that have the same pixels', () => {
  const images = [
    image(0, 'a', { sha256: 'bytes 0', content: 'pixels 0' }),
    image(1, 'b', { sha256: 'bytes 1', content: 'pixels 0' }), // re-tagged
    image(2, 'a', { sha256: 'bytes 2', content: 'pixels 2' }),
    image(3, 'b', { sha256: 'bytes 2', content: 'pixels 2' }),
    image(4, 'b', { sha256: 'bytes 4', content: 'pixels 4' }),
  ];
  const { dataset } = store.datasets.insert(someDataset({ name: 'Copies', images, pairs: { train: 0, valid: 0, test: 0 } }));
  const found = (...sha256: string[]): number[] => store.browse.withContent(dataset, sha256).map(({ id }) => id);
  expect(found('bytes 1')).toEqual([0, 1]);
  expect(found('bytes 2')).toEqual([2, 3]);
  expect(found('bytes 4', 'bytes 0')).toEqual([0, 1, 4]);
  expect(found('pixels 0')).toEqual([]);
  expect(found()).toEqual([]);
});
