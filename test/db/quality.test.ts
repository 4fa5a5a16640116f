import { expect, test } from 'vitest';
import { freshWorkspace, storeAt } from './kit.ts';
import { someDataset } from './records.ts';

test('thresholds and accepted flags belong to a data set, outlive a restart, and are taken back', () => {
  const workspace = freshWorkspace();
  const store = storeAt(workspace);
  const { dataset } = store.datasets.insert(someDataset());
  const { dataset: other } = store.datasets.insert(someDataset({ name: 'Other', snapshot: 'other' }));
  store.quality.setThreshold(dataset, 'dark', 40);
  store.quality.setThreshold(dataset, 'dark', 42.5);
  store.quality.setThreshold(dataset, 'tiny', 10);
  store.quality.accept(dataset, 'dark', [3, 1], true);
  expect(() => store.quality.accept(dataset, 'dark', [2, 999], true)).toThrow(/not in this data set/);
  store.quality.accept(dataset, 'grey', [3], true);
  store.quality.accept(dataset, 'dark', [3], true);
  expect(store.quality.thresholds(other)).toEqual({});
  expect(store.quality.accepted(other)).toEqual([]);
  store.close();

  const again = storeAt(workspace);
  expect(again.quality.thresholds(dataset)).toEqual({ dark: 42.5, tiny: 10 });
  expect(again.quality.accepted(dataset)).toEqual([
    { image: 1, flag: 'dark' },
    { image: 3, flag: 'dark' },
    { image: 3, flag: 'grey' },
  ]);
  again.quality.setThreshold(dataset, 'tiny', null);
  again.quality.accept(dataset, 'dark', [3], false);
  expect(again.quality.thresholds(dataset)).toEqual({ dark: 42.5 });
  expect(again.quality.accepted(dataset)).toEqual([
    { image: 1, flag: 'dark' },
    { image: 3, flag: 'grey' },
  ]);
});
