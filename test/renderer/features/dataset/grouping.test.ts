import { describe, expect, it } from 'vitest';
import { problemsOf } from '../../../../src/renderer/features/dataset/grouping.ts';

const preview = (classes: number, problem: string | null) => ({
  files: classes * 10,
  classes: Array.from({ length: classes }, (_, i) => ({ className: `c${i}`, files: 10 })),
  problem,
});

describe('what stands in the way of an import', () => {
  it('is told by the folder where that is no data set, and nowhere else', () => {
    expect(problemsOf(preview(0, 'No folder with images was found here.'))).toEqual({
      folder: 'No folder with images was found here.',
      groups: null,
    });
    expect(problemsOf(preview(1, 'Only one folder with images was found here.'))).toEqual({
      folder: 'Only one folder with images was found here.',
      groups: null,
    });
  });
  it('is told by the question of groups where the folder is sound', () => {
    expect(problemsOf(preview(2, 'The pattern cannot be read.'))).toEqual({ folder: null, groups: 'The pattern cannot be read.' });
  });
  it('is nothing while nothing is known, and where all is well', () => {
    expect(problemsOf(null)).toEqual({ folder: null, groups: null });
    expect(problemsOf(preview(3, null))).toEqual({ folder: null, groups: null });
  });
});
