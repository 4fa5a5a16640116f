import { describe, expect, test } from 'vitest';
import { type Randomisation, RANDOMISATION_RECIPE } from '../../src/shared/randomisation.ts';
import { freshWorkspace, storeAt } from './kit.ts';
import { someConfig, someDataset } from './records.ts';

describe('stored comparisons with redrawn networks', () => {
  test('belong to a run, its network, a method and a layer; those of another recipe are measured again', () => {
    const store = storeAt(freshWorkspace());
    const { dataset } = store.datasets.insert(someDataset());
    const { run } = store.runs.create({ dataset, config: someConfig, snapshot: 'abc', versions: {} });
    const key = { run, modelSha256: 'm', method: 'path', layer: 'last' } as const;
    const measured: Randomisation = {
      ...{ recipe: RANDOMISATION_RECIPE, measuredMs: 5, pairs: 1, images: 2, redraws: 3, seed: 1 },
      steps: [{ redrawn: 'fc.2', mean: 0.25, low: -1, high: 1 }],
      redrawn: { maps: 0, positions: { major: null, minor: null }, dominant: null },
    };
    expect(store.randomisations.get(key)).toBeNull();
    store.randomisations.put(key, measured);
    expect(store.randomisations.get(key)).toEqual(measured);
    for (const other of [{ modelSha256: 'n' }, { method: 'gradcam' }, { layer: 'first' }] as const)
      expect(store.randomisations.get({ ...key, ...other })).toBeNull();
    store.randomisations.put(key, { ...measured, recipe: RANDOMISATION_RECIPE + 1 });
    expect(store.randomisations.get(key)).toBeNull();
  });
});
