import { expect, test } from 'vitest';
import { STRUCTURE_RECIPE } from '../../src/shared/structure.ts';
import { freshWorkspace, storeAt } from './kit.ts';
import { someConfig, someDataset, someStructure } from './records.ts';

test('neighbours and classes belong to a run, its network and a set of pairs; those of another recipe are measured again', () => {
  const store = storeAt(freshWorkspace());
  const { dataset } = store.datasets.insert(someDataset());
  const { run } = store.runs.create({ dataset, config: someConfig, snapshot: 'abc', versions: {} });
  const key = { run, modelSha256: 'm', pairSet: 'p' };
  const measured = { ...someStructure, pairSet: 'p' };
  expect(store.structures.get(key)).toBeNull();
  expect(store.structures.has(key)).toBe(false);
  store.structures.put(key, measured);
  expect(store.structures.get(key)).toEqual(measured);
  expect(store.structures.has({ run, modelSha256: 'm' })).toBe(true);
  expect(store.structures.has({ run, modelSha256: 'n' })).toBe(false);
  for (const other of [{ modelSha256: 'n' }, { pairSet: 'q' }]) expect(store.structures.get({ ...key, ...other })).toBeNull();
  store.structures.put(key, { ...measured, recipe: STRUCTURE_RECIPE + 1 });
  expect(store.structures.get(key)).toBeNull();
});
