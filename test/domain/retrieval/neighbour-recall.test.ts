import { describe, expect, it } from 'vitest';
import { neighbourRecall } from '../../../src/main/domain/retrieval/neighbour-recall.ts';

/** Three neighbours of each of six rows. */
const base = {
  k: 3,
  positions: Int32Array.from([1, 2, 3, 0, 2, 3, 3, 0, 1, 2, 4, 5, 5, 3, 2, 4, 3, 2]),
  classOf: [0, 0, 1, 1, 2, 3],
  groupOf: [-1, -1, -1, -1, -1, -1],
  contentOf: [0, 1, 2, 3, 4, 5],
  included: Uint8Array.from([1, 1, 1, 1, 1, 1]),
  units: [0, 1, 2, 3, 4, 5],
  over: 'images',
} as const;

describe('neighbourRecall', () => {
  it('counts queries whose nearest neighbour has their class; a class of one image has nothing to be found', () => {
    expect(neighbourRecall(base)).toMatchObject({ queries: 4, leftOut: 2, units: 4, recall1: { value: 1 }, recall10: { value: 1 } });
  });

  it('skips copies, images of the same group and excluded ones', () => {
    const copies = neighbourRecall({ ...base, classOf: [0, 0, 1, 1, 1, 0], contentOf: [0, 0, 2, 3, 4, 5] })!;
    expect(copies.queries).toBe(6);
    expect(copies.recall1.value).toBeCloseTo(2 / 6, 12); // rows 2 and 3; the copy of row 0 is skipped
    const grouped = neighbourRecall({ ...base, classOf: [0, 0, 1, 1, 1, 0], groupOf: [-1, -1, 7, 7, -1, -1], over: 'groups' })!;
    expect(grouped.recall1.value).toBeCloseTo(3 / 6, 12); // 0, 1 and 3, which skips row 2 for row 4
    expect(grouped.over).toBe('groups');
    const without = neighbourRecall({ ...base, included: Uint8Array.from([1, 1, 1, 0, 1, 1]) })!;
    expect(without).toMatchObject({ queries: 2, leftOut: 3, recall1: { value: 1 } });
  });

  it('is null without queries', () => {
    expect(neighbourRecall({ ...base, classOf: [0, 1, 2, 3, 4, 5] })).toBeNull();
    expect(neighbourRecall({ ...base, k: 0, positions: new Int32Array() })).toBeNull();
  });
});
