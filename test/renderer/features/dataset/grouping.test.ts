import { describe, expect, it } from 'vitest';
import { problemsOf } from '../../../../src/renderer/features/dataset/grouping.ts';

const preview = (classes: number, problem: string | null) => ({
  files: classes * 10,
  classes: Array.from({ length: classes }, (_, i) => ({ className: `c${i}`, files: 10 })),
  problem,
});

describe('problems of an import', () => {
  it('belong to the folder if it is not a data set', () => {
    expect(problemsOf(preview(0, 'No folder with images was found here.'))).toEqual({
      folder: 'No folder with images was found here.',
      groups: null,
    });
    expect(problemsOf(preview(1, 'Only one folder with images was found here.'))).toEqual({
      folder: 'Only one folder with images was found here.',
      groups: null,
    });
  });
  it('belong to the grouping if the folder is valid', () => {
    expect(problemsOf(preview(2, 'The pattern cannot be read.'))).toEqual({ folder: null, groups: 'The pattern cannot be read.' });
  });
  it('are none before the preview and for a valid folder', () => {
    expect(problemsOf(null)).toEqual({ folder: null, groups: null });
    expect(problemsOf(preview(3, null))).toEqual({ folder: null, groups: null });
  });
});
