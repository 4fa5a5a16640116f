import { expect, test } from 'vitest';
import { structureRows } from '../../../src/main/features/dataset/rows.ts';
import { SAME_CLASS } from '../../../src/shared/pair-relation.ts';
import { SPLITS } from '../../../src/shared/dataset.ts';
import { freshWorkspace, storeAt } from '../../db/kit.ts';
import { someDataset } from '../../db/records.ts';
import { image } from './images.ts';

const hash = (id: number): string => id.toString(16).padStart(64, '0');
const images = Array.from({ length: 24 }, (_, id) =>
  image(id, id % 2 ? 'oak' : 'elm', {
    sha256: hash(id),
    content: hash(id),
    split: SPLITS[id % 3]!,
    group: id < 18 ? `tree ${Math.floor(id / 3) + 8}` : null,
  }),
);

test('what "same" means decides the identities; groups are those of test images, in natural order', () => {
  const store = storeAt(freshWorkspace());
  const { dataset } = store.datasets.insert({ ...someDataset(), images });
  const ofClass = structureRows(store, dataset, SAME_CLASS);
  expect([...ofClass.identities]).toEqual(images.map(({ className }) => ofClass.images.classes.indexOf(className)));
  expect(ofClass.groups!.names).toEqual(['tree 8', 'tree 9', 'tree 10', 'tree 11', 'tree 12', 'tree 13']);
  expect([...ofClass.groups!.of].slice(0, 6)).toEqual([-1, -1, 0, -1, -1, 1]); // of test images only

  const ofGroup = structureRows(store, dataset, { same: 'group', negatives: 'anywhere', list: null });
  expect([...ofGroup.identities].slice(0, 7)).toEqual([0, 0, 0, 1, 1, 1, 2]);
  expect([...ofGroup.identities].slice(18)).toEqual(new Array(6).fill(-1)); // without a group: the same as no other
  expect(structureRows(store, dataset, { same: 'pairs', negatives: 'anywhere', list: null }).identities.every((identity) => identity === -1)).toBe(
    true,
  );
});
