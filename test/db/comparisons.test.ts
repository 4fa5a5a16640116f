import { describe, expect, test } from 'vitest';
import type { ComparisonKey, ComparisonStore } from '../../src/main/db/comparisons.ts';
import type { Store } from '../../src/main/db/store.ts';
import type { Workspace } from '../../src/main/foundation/workspace.ts';
import type { Comparison } from '../../src/shared/comparison.ts';
import { type FaithfulnessCheck, RECIPE } from '../../src/shared/faithfulness.ts';
import { FLIP_RECIPE, type FlipTest } from '../../src/shared/flip.ts';
import { freshWorkspace, storeAt } from './kit.ts';
import { someComparison, someConfig, someDataset } from './records.ts';

const versions = { twinlens: '0.1.0' };

describe('annotations of a comparison', () => {
  const KEY = { run: 'r1', sha256: ['content 0', 'content 1'], target: 'verdict', method: 'gradcam', layer: 'last', modelSha256: 'm' } as const;
  const key = (more: Partial<ComparisonKey> = {}): ComparisonKey => ({ ...KEY, sha256: [...KEY.sha256], ...more });
  const filledStore = (workspace = freshWorkspace()): { store: Store; comparisons: ComparisonStore; workspace: Workspace } => {
    const store = storeAt(workspace);
    store.datasets.insert(someDataset());
    store.runs.create({ dataset: 'things', snapshot: 'abc', config: someConfig, versions });
    return { store, comparisons: store.comparisons, workspace };
  };
  const add = (comparisons: ComparisonStore, saved: boolean, more: Partial<Comparison> = {}): string => {
    const id = comparisons.reserve();
    comparisons.insert(someComparison(id, 'r1', more), { saved });
    return id;
  };

  test('a judgement or a note saves it unless `saved` is given; other fields are unchanged', () => {
    const { comparisons } = filledStore();
    for (let n = 0; n < 4; n++) add(comparisons, false);
    expect(comparisons.annotate('c1', { judgement: 'unsure' })).toMatchObject({ saved: true, judgement: 'unsure', note: '' });
    expect(comparisons.annotate('c1', { judgement: 'wrong-label' }).judgement).toBe('wrong-label');
    comparisons.annotate('c1', { judgement: 'unsure' });
    expect(comparisons.annotate('c1', { note: 'Petals.' })).toMatchObject({ saved: true, judgement: 'unsure', note: 'Petals.' });
    expect(comparisons.annotate('c1', { judgement: null, saved: false })).toMatchObject({ saved: false, judgement: null, note: 'Petals.' });
    expect(comparisons.annotate('c2', { note: ' \n ' }).saved).toBe(false);
    expect(comparisons.annotate('c3', { saved: true })).toEqual(comparisons.get('c3'));
    expect(comparisons.list({ saved: true }).map((c) => c.comparison)).toEqual(['c3']);
    expect(comparisons.list({ saved: false }).map((c) => c.comparison)).toEqual(['c4', 'c2', 'c1']);
    expect(comparisons.list()).toHaveLength(4);
    expect(() => comparisons.annotate('c9', { saved: true })).toThrow(expect.objectContaining({ code: 'not-found' }) as Error);
  });

  test('a check belongs to its comparison, is read in lists too, and counts only for its version of the recipe', () => {
    const { comparisons } = filledStore();
    const [one, other] = [add(comparisons, true), add(comparisons, true)];
    const check = { recipe: RECIPE, z: 2.5 } as FaithfulnessCheck;
    comparisons.putCheck(one, check);
    expect(comparisons.get(one).check).toEqual(check);
    expect(comparisons.list().map((row) => row.check?.z)).toEqual([undefined, 2.5]);
    comparisons.update(one, { overlayScale: 0.5 });
    comparisons.annotate(one, { note: 'x' });
    expect(comparisons.get(one)).toMatchObject({ overlayScale: 0.5, note: 'x', check });
    comparisons.putCheck(one, { ...check, z: NaN });
    expect(comparisons.get(one).check!.z).toBeNaN();
    comparisons.putCheck(other, { ...check, recipe: RECIPE - 1 });
    expect(comparisons.get(other).check).toBeUndefined();
    comparisons.putCheck('c99', check); // deleted meanwhile
    comparisons.remove(one);
    expect(comparisons.purge(new Set())).toEqual([one]);
  });

  test('a flip test is stored as a check is, each for its own version of the recipe', () => {
    const { comparisons } = filledStore();
    const [one, other] = [add(comparisons, true), add(comparisons, true)];
    const flip = { recipe: FLIP_RECIPE, distance: 1.5 } as FlipTest;
    comparisons.putFlip(one, flip);
    comparisons.putCheck(one, { recipe: RECIPE, z: 2.5 } as FaithfulnessCheck);
    expect(comparisons.get(one)).toMatchObject({ flip, check: { z: 2.5 } });
    comparisons.putFlip(one, { ...flip, distance: 2 });
    expect(comparisons.list().map((row) => row.flip?.distance)).toEqual([undefined, 2]);
    comparisons.putFlip(other, { ...flip, recipe: FLIP_RECIPE + 1 });
    expect(comparisons.get(other).flip).toBeUndefined();
    comparisons.putFlip('c99', flip); // deleted meanwhile
    comparisons.remove(one);
    expect(comparisons.purge(new Set())).toEqual([one]);
  });

  test('the same pair, network, target and layer is found again; the reverse order is a different one', () => {
    const { comparisons } = filledStore();
    const images = someComparison('x', 'r1').images;
    add(comparisons, false);
    add(comparisons, true, {
      images: [
        { ...images[0], sha256: 'one' },
        { ...images[1], sha256: 'two' },
      ],
    });
    const newest = add(comparisons, false);
    expect(comparisons.find(key())?.comparison).toBe(newest);
    expect(comparisons.find(key({ sha256: ['one', 'two'] }))?.comparison).toBe('c2');
    expect(comparisons.find(key({ sha256: ['two', 'one'] }))).toBeNull();
    for (const other of [
      { target: 'distance' },
      { method: 'path' },
      { layer: 'first' },
      { modelSha256: 'other' },
      { run: 'r2' },
      { run: 'no run' },
    ] as const)
      expect(comparisons.find(key(other))).toBeNull();
    comparisons.remove(newest);
    expect(comparisons.find(key())?.comparison).toBe('c1');
  });

  test('the scale of its overlays is changed in the record, and nothing else is', () => {
    const { comparisons } = filledStore();
    const id = add(comparisons, true);
    const before = comparisons.get(id);
    expect(comparisons.update(id, { shownScale: 'pair', overlayScale: 0.1 + 0.2 })).toEqual({
      ...before,
      shownScale: 'pair',
      overlayScale: 0.1 + 0.2,
    });
    expect(comparisons.get(id)).toEqual({ ...before, shownScale: 'pair', overlayScale: 0.1 + 0.2 });
  });

  test('the scale of a run’s maps is stored for each network, method and layer', () => {
    const { store } = filledStore();
    const of = { run: 'r1', modelSha256: 'm', method: 'gradcam', layer: 'last' } as const;
    expect(store.mapScales.get(of)).toBeNull();
    store.mapScales.put(of, { fullColour: 0.1 + 0.2, images: 128 });
    store.mapScales.put({ ...of, layer: 'first' }, { fullColour: 0, images: 8 });
    expect(store.mapScales.get(of)).toEqual({ fullColour: 0.1 + 0.2, images: 128 });
    for (const other of [{ run: 'r2' }, { run: 'no run' }, { modelSha256: 'other' }, { method: 'path' }, { layer: 'middle' }] as const)
      expect(store.mapScales.get({ ...of, ...other })).toBeNull();
    store.mapScales.put(of, { fullColour: 2, images: 64 }); // trained on, then measured again
    expect(store.mapScales.get(of)!.fullColour).toBe(2);
  });

  test('one that an earlier version stored without a finite distance is neither listed nor found', () => {
    const { comparisons } = filledStore();
    const sound = add(comparisons, true);
    for (const distance of [NaN, Infinity, null as unknown as number]) {
      const id = add(comparisons, true, { distance });
      expect(() => comparisons.get(id)).toThrow(
        expect.objectContaining({ code: 'not-found', message: expect.stringContaining('Compare the two images again') as string }) as Error,
      );
    }
    expect(comparisons.list().map((c) => c.comparison)).toEqual([sound]);
    expect(comparisons.list({ saved: false })).toEqual([]);
    expect(comparisons.find(key())?.comparison).toBe(sound);
  });

  test('a removed one is hidden until restored; unsaved ones are deleted at the next start, their ids never reused', () => {
    const { store, comparisons, workspace } = filledStore();
    const ids = { loose: add(comparisons, false), saved: add(comparisons, true), judged: add(comparisons, false), inReport: add(comparisons, false) };
    const removed = add(comparisons, true);
    const back = add(comparisons, true);
    comparisons.reserve(); // by a process that died
    comparisons.annotate(ids.judged, { judgement: 'agree', saved: false });
    for (const id of [removed, back]) comparisons.remove(id);
    expect(comparisons.list().map((c) => c.comparison)).toEqual([ids.inReport, ids.judged, ids.saved, ids.loose]);
    expect(comparisons.get(removed).comparison).toBe(removed);
    comparisons.restore(back);
    expect(comparisons.list()[0]!.comparison).toBe(back);
    expect(comparisons.purge(new Set([ids.inReport]))).toEqual([ids.loose, removed, 'c7']);
    expect(comparisons.list().map((c) => c.comparison)).toEqual([back, ids.inReport, ids.judged, ids.saved]);
    store.close();
    expect(storeAt(workspace).comparisons.reserve()).toBe('c8');
  });
});
