import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import type { DatasetStores } from '../../../src/main/db/dataset-stores.ts';
import { PAIR_RECIPE } from '../../../src/main/domain/pairs/evaluation-pairs.ts';
import { unpackPairs } from '../../../src/main/domain/pairs/packed.ts';
import { curatedStore } from '../../../src/main/features/dataset/curated.ts';
import { addPairList, pairProblemsCsv } from '../../../src/main/features/dataset/pair-lists.ts';
import { labelsOfList, listInfo } from '../../../src/main/features/dataset/pair-sets.ts';
import { splitRows, trainingRows } from '../../../src/main/features/dataset/rows.ts';
import type { PairRelation } from '../../../src/shared/pair-relation.ts';
import { freshWorkspace, storeAt } from '../../db/kit.ts';
import { someConfig, someDataset } from '../../db/records.ts';
import { image } from './images.ts';
import { temporaryFolder } from './png-files.ts';

const hex = (id: number): string => id.toString(16).padStart(64, '0');
const images = Array.from({ length: 12 }, (_, id) =>
  image(id, 'ab'[id % 2]!, { sha256: hex(id), split: (['train', 'valid', 'test'] as const)[id % 3]! }),
);
const name = (id: number): string => images[id]!.file;

let store: DatasetStores;
let folder: string;
const write = (rows: string[], encoding: BufferEncoding = 'utf8'): string => {
  const file = join(folder, 'my pairs.csv');
  writeFileSync(file, rows.join('\n'), encoding);
  return file;
};
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(folder, { recursive: true });
  store = curatedStore(storeAt(freshWorkspace()));
  store.datasets.insert(someDataset({ images }));
});
const list = [
  `${name(0)},${name(3)},0`,
  `${name(6)},${name(9)},1`,
  `${name(1)},${name(4)},0`,
  `${name(7)},${name(4)},1`,
  `${name(2)},${name(5)},0`,
  `${name(0)},${name(1)},1`,
];
const relation = (sha256: string): PairRelation => ({ same: 'pairs', negatives: 'anywhere', list: sha256 });

test('the usable pairs of a file are stored; training and evaluation have those of their split, in the order of the file', () => {
  const found = addPairList(store, 'things', write([...list, `${name(0)},nowhere.png,1`]));
  expect(found).toMatchObject({
    source: 'my pairs.csv',
    splits: { train: { same: 1, different: 1 }, valid: { same: 1, different: 1 }, test: { same: 1, different: 0 } },
    across: 1,
    problems: [{ line: 7, reason: 'there is no image “nowhere.png” in the data set' }],
    problemCount: 1,
  });
  const sha256 = found.list!;
  expect(listInfo(store, 'things', sha256)).toEqual({ source: 'my pairs.csv', sha256, pairs: 6 });
  expect(addPairList(store, 'things', write([...list].reverse())).list).toBe(sha256); // the same pairs
  const rows = trainingRows(store, 'things', relation(sha256), PAIR_RECIPE);
  expect(unpackPairs(rows.listedPairs!)).toEqual([
    { a: 0, b: 3, label: 0 },
    { a: 6, b: 9, label: 1 },
  ]);
  expect(rows.formsPairs).toBe(true);
  expect(unpackPairs(rows.validPairs)).toEqual([
    { a: 1, b: 4, label: 0 },
    { a: 7, b: 4, label: 1 },
  ]);
  expect(unpackPairs(splitRows(store, 'things', 'test', relation(sha256)).pairs)).toEqual([{ a: 2, b: 5, label: 0 }]);
  const labels = labelsOfList(store, { dataset: 'things', config: { ...someConfig, same: 'pairs', pairs: listInfo(store, 'things', sha256) } });
  expect([labels.get(4)?.get(7), labels.get(0)?.get(1), labels.get(0)?.get(2)]).toEqual([1, 1, undefined]);
});

test('an excluded image takes its pairs with it', () => {
  const { list: sha256 } = addPairList(store, 'things', write(list));
  store.curation.apply('things', { kind: 'exclude', ids: [6] });
  const rows = trainingRows(store, 'things', relation(sha256!), PAIR_RECIPE);
  expect(unpackPairs(rows.listedPairs!)).toEqual([{ a: 0, b: 3, label: 0 }]);
  expect(rows.formsPairs).toBe(false); // no different pair is left
  expect(addPairList(store, 'things', write(list)).problems).toMatchObject([{ line: 2, reason: `“${name(6)}” is excluded from the data set` }]);
});

test('a file in UTF-16, one without usable pairs, and none', () => {
  expect(addPairList(store, 'things', write([`\ufeff${list[0]!}`], 'utf16le'))).toMatchObject({ problemCount: 0, splits: { train: { same: 1 } } });
  expect(addPairList(store, 'things', write(['a,b,c', 'x.png,y.png,0']))).toMatchObject({ list: null, problemCount: 1 });
  expect(() => addPairList(store, 'things', join(folder, 'nowhere.csv'))).toThrow(/can’t be read/);
  expect(() => addPairList(store, 'things', folder)).toThrow(/can’t be read: it is not a file/);
  expect(() => splitRows(store, 'things', 'test', relation('0'.repeat(64)))).toThrow(/no such list of pairs/);
});

test('the rows that can’t be used are written as CSV', () => {
  const csv = pairProblemsCsv(store, 'things', write([...list, `${name(0)},"no, where.png",1`]));
  expect(csv).toBe(`\ufeffline,reason,row\r\n7,"there is no image “no, where.png” in the data set","${name(0)}, no, where.png, 1"\r\n`);
});

test('nothing of a file that is none of pairs is repeated, except names of images', () => {
  const secret = ['user,mail,matching secret', 'ann,ann@example.org,hunter2', 'bob;x', 'holiday/beach.jpg,b.png,s3cret', '"open'];
  const found = addPairList(store, 'things', write(secret));
  expect(found).toMatchObject({ list: null, problemCount: 4 });
  expect(found.problems.map(({ line, text, reason }) => [line, text, reason])).toEqual([
    [2, '', 'column 1 names no image of the data set'],
    [3, '', 'needs three columns: file A, file B and the label'],
    [4, '', 'there is no image “holiday/beach.jpg” in the data set'],
    [5, '', 'a quote is never closed'],
  ]);
  expect(JSON.stringify(found) + pairProblemsCsv(store, 'things', write(secret))).not.toMatch(/ann|hunter2|s3cret|secret|bob/);
  const others = ['id_rsa', 'settings.json', ...(process.platform === 'win32' ? [] : ['linked.csv'])]; // links need a privilege on Windows
  for (const other of others) {
    const file = join(folder, other);
    if (other === 'linked.csv') symlinkSync(join(folder, 'id_rsa'), file);
    else writeFileSync(file, list.join('\n'));
    expect(() => addPairList(store, 'things', file)).toThrow(/its name must end in \.csv, \.tsv or \.txt/);
  }
});
