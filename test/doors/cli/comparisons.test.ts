import { expect, test } from 'vitest';
import { editLines } from '../../../src/main/doors/cli/comparisons.ts';
import type { WhatIf } from '../../../src/shared/what-if.ts';
import { EDIT_CONDITION } from '../../../src/shared/what-if-words.ts';
import { someComparison } from '../../db/records.ts';

test('a shown comparison has its saved edits, each with note, answer and what is replaced', () => {
  const { images } = someComparison('c1', 'r1');
  const at = { similarity: 0.2, verdict: 'different' } as const;
  const edit = (note: string, changes: Partial<WhatIf['result']> = {}): WhatIf => ({
    ...{ id: 'w1', createdMs: 0, note },
    strokes: [{ image: 0, tool: 'rectangle', fill: 'blur', box: [0, 0, 1, 1] }],
    result: {
      ...{ threshold: 1.02, before: { ...at, distance: 1.63 }, after: { similarity: 0.8, verdict: 'same', distance: 0.9 } },
      ...{ edited: [0.12, 0], sources: ['file', 'file'], ...changes },
    },
  });
  const lines = editLines({ images, whatIfs: [edit('Without the middle'), edit('', { sources: ['copy', 'file'] })] }).map((line) =>
    line.replaceAll('\u00a0', ' '),
  );
  expect(lines.slice(0, 4)).toEqual([
    '  Saved edits',
    '    Edit 1: Without the middle',
    '      The edit lowers the distance from 1.63 to 0.90, across the threshold of 1.02. The verdict changes from “different” to “same”. 12 % of A replaced, by blur.',
    '    Edit 2',
  ]);
  expect(lines[5]).toContain('is missing or has changed');
  expect(lines.at(-1)).toBe(`    ${EDIT_CONDITION}`);
  expect(editLines({ images, whatIfs: [] })).toEqual([]);
});
