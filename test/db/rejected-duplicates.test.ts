import { expect, test } from 'vitest';
import { freshWorkspace, storeAt } from './kit.ts';
import { someDataset } from './records.ts';

test('pairs that are no duplicates belong to a data set, outlive a restart, and are taken back', () => {
  const workspace = freshWorkspace();
  const store = storeAt(workspace);
  const { dataset } = store.datasets.insert(someDataset());
  const { dataset: other } = store.datasets.insert(someDataset({ name: 'Other', snapshot: 'other' }));
  store.rejectedDuplicates.set(dataset, [[3, 1], [0, 2], [1, 3], [2, 2]], true); // prettier-ignore
  expect(store.rejectedDuplicates.list(other)).toEqual([]);
  expect(() => store.rejectedDuplicates.set(dataset, [[0, 1], [0, 999]], true)).toThrow('There is no image 999'); // prettier-ignore
  store.close();

  const again = storeAt(workspace);
  expect(again.rejectedDuplicates.list(dataset)).toEqual([[0, 2], [1, 3]]); // prettier-ignore
  again.rejectedDuplicates.set(dataset, [[2, 0]], false);
  expect(again.rejectedDuplicates.list(dataset)).toEqual([[1, 3]]);
  expect(() => again.rejectedDuplicates.list('nowhere')).toThrow(/no data set/i);
});
