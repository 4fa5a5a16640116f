import { describe, expect, test } from 'vitest';
import type { WhatIfContent } from '../../src/main/db/what-ifs.ts';
import type { Stroke } from '../../src/shared/what-if.ts';
import { freshWorkspace, storeAt } from './kit.ts';
import { someComparison, someConfig, someDataset } from './records.ts';

const STROKE: Stroke = { tool: 'rectangle', image: 1, fill: 'blur', box: [0.1, 0.2, 0.3, 0.4] };
const contentOf = (distance: number): WhatIfContent => ({
  strokes: [STROKE],
  result: {
    threshold: 1,
    before: { distance: 1.5, similarity: 0.2, verdict: 'different' },
    after: { distance, similarity: 0.8, verdict: 'same' },
    edited: [0, 0.04],
    sources: ['file', 'copy'],
  },
});

const filledStore = (workspace = freshWorkspace()) => {
  const store = storeAt(workspace);
  store.datasets.insert(someDataset());
  store.runs.create({ dataset: 'things', snapshot: 'abc', config: someConfig, versions: { twinlens: '0.1.0' } });
  const add = (saved: boolean): string => {
    const id = store.comparisons.reserve();
    store.comparisons.insert(someComparison(id, 'r1'), { saved });
    return id;
  };
  return { ...store, add };
};

describe('what-if edits of a comparison', () => {
  test('are listed oldest first; a changed one keeps its id, a removed one can be restored until the purge', () => {
    const { whatIfs, add } = filledStore();
    const comparison = add(true);
    const [first, second] = [whatIfs.add(comparison, contentOf(0.5), 'Without the petal'), whatIfs.add(comparison, contentOf(0.7), '')];
    expect(whatIfs.of(comparison)).toMatchObject({
      saved: [{ id: first, note: 'Without the petal', ...contentOf(0.5) }, { id: second, note: '', ...contentOf(0.7) }], // prettier-ignore
      draft: [],
    });
    whatIfs.update(comparison, second, { content: contentOf(0.9) });
    whatIfs.update(comparison, second, { note: 'More of it' });
    expect(whatIfs.of(comparison).saved[1]).toMatchObject({ id: second, note: 'More of it', result: { after: { distance: 0.9 } } });
    expect(whatIfs.setRemoved(first, true)).toBe(comparison);
    expect(whatIfs.of(comparison).saved.map(({ id }) => id)).toEqual([second]);
    whatIfs.setRemoved(first, false);
    expect(whatIfs.of(comparison).saved.map(({ id }) => id)).toEqual([first, second]);
    whatIfs.setRemoved(first, true);
    whatIfs.purge();
    expect(() => whatIfs.setRemoved(first, false)).toThrow(expect.objectContaining({ code: 'not-found' }) as Error);
    expect(whatIfs.add(comparison, contentOf(1), '')).toBe('e3'); // ids are never reused
    const notFound = expect.objectContaining({ code: 'not-found' }) as Error;
    const before = whatIfs.of(comparison);
    for (const change of [{ note: 'x' }, { content: contentOf(1) }]) {
      expect(() => whatIfs.update(comparison, 'e99', change)).toThrow(notFound);
      expect(() => whatIfs.update(add(true), second, change)).toThrow(notFound); // of another comparison
    }
    expect(whatIfs.of(comparison)).toEqual(before);
  });

  test('a draft is replaced, emptied and taken over by a saved edit', () => {
    const { whatIfs, add } = filledStore();
    const comparison = add(false);
    whatIfs.putDraft(comparison, [STROKE]);
    whatIfs.putDraft(comparison, [STROKE, STROKE]);
    expect(whatIfs.of(comparison).draft).toEqual([STROKE, STROKE]);
    whatIfs.add(comparison, contentOf(0.5), '');
    expect(whatIfs.of(comparison).draft).toEqual([]);
    whatIfs.putDraft(comparison, [STROKE]);
    whatIfs.putDraft(comparison, []);
    expect(whatIfs.of(comparison).draft).toEqual([]);
    whatIfs.putDraft('c99', [STROKE]); // deleted meanwhile
    expect(() => whatIfs.add('c99', contentOf(1), '')).toThrow(expect.objectContaining({ code: 'not-found' }) as Error);
  });

  test('an unsaved comparison with an edit or a draft stays at the purge; deleting it deletes them', () => {
    const { comparisons, whatIfs, add } = filledStore();
    const [drawn, edited, plain, deleted] = [add(false), add(false), add(false), add(true)];
    whatIfs.putDraft(drawn, [STROKE]);
    whatIfs.add(edited, contentOf(0.5), '');
    whatIfs.add(deleted, contentOf(0.5), '');
    comparisons.remove(deleted);
    expect(comparisons.purge(new Set())).toEqual([plain, deleted]);
    expect(whatIfs.of(deleted).saved).toEqual([]);
    whatIfs.putDraft(drawn, []);
    expect(comparisons.purge(new Set())).toEqual([drawn]);
  });
});
