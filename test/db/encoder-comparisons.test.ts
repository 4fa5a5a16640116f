import { expect, test } from 'vitest';
import { SAME_CLASS } from '../../src/shared/pair-relation.ts';
import { someEncoderComparison } from '../shared/encoder-comparisons.ts';
import { freshWorkspace, storeAt } from './kit.ts';

test('comparisons of encoders belong to a data set, the newest first', () => {
  const store = storeAt(freshWorkspace());
  const { comparison: _, createdMs: __, ...record } = someEncoderComparison;
  const first = store.encoderComparisons.add({ ...record, dataset: 'flowers' });
  expect(first).toMatchObject({ ...record, dataset: 'flowers', comparison: 'b1' });
  const second = store.encoderComparisons.add({ ...record, dataset: 'flowers', relation: { ...SAME_CLASS, same: 'group' } });
  store.encoderComparisons.add({ ...record, dataset: 'skin' });
  expect(store.encoderComparisons.list('flowers')).toEqual([second, first]);
  expect(store.encoderComparisons.list('nothing')).toEqual([]);
});
