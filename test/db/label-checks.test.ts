import { expect, test } from 'vitest';
import type { LabelCheck, LabelColumns } from '../../src/shared/labels.ts';
import { freshWorkspace, storeAt } from './kit.ts';
import { someDataset } from './records.ts';

const SOURCE = { encoder: 'patches', weights: null };
const COLUMNS: LabelColumns = {
  ids: Int32Array.of(0, 3, 7),
  given: Int32Array.of(0, 1, 1),
  suggested: Int32Array.of(1, 0, -1),
  ofGiven: Float32Array.of(0.25, 0.5, Number.NaN),
  ofSuggested: Float32Array.of(0.75, 0.125, Number.NaN),
  likely: Uint8Array.of(1, 0, 0),
  outlier: Float32Array.of(1, 2, Number.NaN),
  fromClass: Float32Array.of(0.5, 0.25, 0.75),
};

test('the last check of each source outlives a restart, with its columns', () => {
  const workspace = freshWorkspace();
  const store = storeAt(workspace);
  const { dataset } = store.datasets.insert(someDataset());
  const check = {
    dataset,
    source: SOURCE,
    key: 'k1',
    snapshot: 's',
    recipe: 1,
    checkedMs: 5,
    seconds: 2,
    figures: { classes: ['a', 'b'] },
  } as unknown as LabelCheck;
  expect(store.labelChecks.get(dataset, SOURCE)).toBeNull();
  store.labelChecks.put({ ...check, key: 'k0' }, { ...COLUMNS, likely: Uint8Array.of(0, 0, 0) });
  store.labelChecks.put(check, COLUMNS);
  store.close();
  const again = storeAt(workspace);
  expect(again.labelChecks.get(dataset, SOURCE)).toEqual({ check, columns: COLUMNS });
  expect(again.labelChecks.get(dataset, { run: 'r1' })).toBeNull();
});

test('a confirmed label belongs to its class, and can be taken back', () => {
  const store = storeAt(freshWorkspace());
  const { dataset } = store.datasets.insert(someDataset());
  const [one, two] = [
    { image: 1, className: 'b' },
    { image: 0, className: 'a' },
  ] as const;
  store.labelChecks.confirm(dataset, [one, two, one]);
  expect(store.labelChecks.confirmed(dataset)).toEqual([two, one]);
  store.labelChecks.takeBack(dataset, [one]);
  expect(store.labelChecks.confirmed(dataset)).toEqual([two]);
});
