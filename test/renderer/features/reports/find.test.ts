import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NO_FILTER, findComparisons, isUnfiltered, storedSearch } from '../../../../src/renderer/features/reports/find.ts';
import { dateText } from '../../../../src/renderer/kit/date-text.ts';
import { pairName, reportFileName } from '../../../../src/renderer/features/reports/names.ts';
import { dropIndex, moveItem } from '../../../../src/renderer/features/reports/order.ts';
import type { FaithfulnessCheck } from '../../../../src/shared/faithfulness.ts';
import type { ComparisonRow } from '../../../../src/shared/comparison.ts';
import { sampleComparison } from '../../../features/report/sample.ts';

const row = (comparison: string, more: Partial<ComparisonRow> = {}): ComparisonRow => ({
  ...sampleComparison(1.63, { comparison }),
  saved: true,
  judgement: null,
  note: '',
  ...more,
});

describe('finding saved comparisons', () => {
  const rows = [
    row('c1', { note: 'Blütenblätter entscheiden', judgement: 'agree' }),
    row('c2', { verdict: 'same', run: 'r9', judgement: 'disagree' }),
    row('c3', { verdict: 'same' }),
  ];
  rows[2]!.images[0].className = null;
  rows[2]!.images[0].file = 'C:\\pictures\\Two words.jpg';
  const found = (search: Partial<typeof NO_FILTER>): string[] =>
    findComparisons(rows, { ...NO_FILTER, ...search }, (run) => (run === 'r9' ? 'Final network' : 'Run 7')).map(({ comparison }) => comparison);

  test('by words in file, class, note and run, ignoring case and accents', () => {
    expect(found({})).toEqual(['c1', 'c2', 'c3']);
    expect(found({ text: 'blutenblatter' })).toEqual(['c1']);
    expect(found({ text: 'ROSE daisy' })).toEqual(['c1', 'c2']);
    expect(found({ text: 'two words' })).toEqual(['c3']);
    expect(found({ text: 'pictures' })).toEqual([]); // a folder is no name
    expect(found({ text: 'final' })).toEqual(['c2']);
    expect(found({ text: 'rose final' })).toEqual(['c2']);
  });

  test('by verdict, judgement and run', () => {
    expect(found({ verdict: 'same' })).toEqual(['c2', 'c3']);
    expect(found({ judgement: 'none' })).toEqual(['c3']);
    expect(found({ judgement: 'disagree', verdict: 'different' })).toEqual([]);
    expect(found({ run: 'r9' })).toEqual(['c2']);
  });

  test('by the badge of their maps, and in its order', () => {
    const gate = { auc: 1, low: 1, high: 1, pairs: 1, images: 1 };
    const withZ = (id: string, z: number | null): ComparisonRow =>
      row(id, {
        check: {
          recipe: 1,
          z,
          gate,
          images: [
            { donor: 1, pixels: 'a' },
            { donor: 1, pixels: 'b' },
          ],
        } as FaithfulnessCheck,
      });
    const checked = [
      row('new'),
      withZ('none', null),
      withZ('low', 0.2),
      withZ('high', 3),
      withZ('between', 1.2),
      withZ('higher', 4),
      withZ('less', -2),
    ];
    const ids = (search: Partial<typeof NO_FILTER>): string[] =>
      findComparisons(checked, { ...NO_FILTER, ...search }, () => 'Run 7').map(({ comparison }) => comparison);
    expect(ids({ maps: 'supported' })).toEqual(['high', 'higher']);
    expect(ids({ maps: 'not-supported' })).toEqual(['none', 'low', 'less']);
    expect(ids({ maps: 'unchecked' })).toEqual(['new']);
    expect(ids({ sort: 'maps' })).toEqual(['higher', 'high', 'between', 'low', 'less', 'none', 'new']);
    expect(ids({})).toEqual(checked.map(({ comparison }) => comparison));
    expect(isUnfiltered({ ...NO_FILTER, sort: 'maps' })).toBe(true);
    expect(isUnfiltered({ ...NO_FILTER, maps: 'weak' })).toBe(false);
  });

  test('stored by another version or for a removed run, are ignored', () => {
    const stored = { text: 'rose', verdict: 'same', judgement: 'maybe', run: 'r9', colour: 'red' };
    const search = { ...NO_FILTER, text: 'rose', verdict: 'same' };
    expect(storedSearch(stored, () => true)).toEqual({ search: { ...search, run: 'r9' }, vanished: null });
    expect(storedSearch(stored, () => false)).toEqual({ search, vanished: 'r9' });
    expect(storedSearch({ ...stored, run: '' }, () => false)).toEqual({ search, vanished: null });
    for (const unreadable of [undefined, null, 'rose', ['rose']])
      expect(storedSearch(unreadable, () => true)).toEqual({ search: NO_FILTER, vanished: null });
  });

  test('knows when there is no filter', () => {
    expect(isUnfiltered({ ...NO_FILTER, text: '  ' })).toBe(true);
    expect(isUnfiltered({ ...NO_FILTER, run: 'r1' })).toBe(false);
  });
});

describe('order', () => {
  test('moving keeps every item, and moves one', () => {
    expect(moveItem(['a', 'b', 'c', 'd'], 0, 2)).toEqual(['b', 'c', 'a', 'd']);
    expect(moveItem(['a', 'b', 'c', 'd'], 3, -5)).toEqual(['d', 'a', 'b', 'c']);
    expect(moveItem(['a'], 4, 0)).toEqual(['a']);
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(50), { minLength: 1 }), fc.nat(60), fc.nat(60), (list, from, to) => {
        const next = moveItem(list, from % list.length, to);
        expect([...next].sort()).toEqual([...list].sort());
        expect(next[Math.min(to, list.length - 1)]).toBe(list[from % list.length]);
      }),
    );
  });

  test.each([
    [0, 2, false, 1],
    [0, 2, true, 2],
    [2, 0, false, 0],
    [2, 0, true, 1],
    [1, 1, false, 1],
    [1, 1, true, 1],
  ])('from %i over row %i (lower half: %s) is place %i', (from, over, lower, to) => expect(dropIndex(from, over, lower)).toBe(to));
});

describe('names', () => {
  test('a pair is its classes, else its files', () => {
    expect(pairName(row('c1'))).toBe('Rose and Daisy');
    const strange = row('c2');
    strange.images[1].className = null;
    expect(pairName(strange)).toBe('26605779860_50872b454a_n.jpg and 14087947408_9779257411_n.jpg');
  });

  test.each([
    ['Spring review, part 2', 'Spring review, part 2.pdf'],
    ['  a/b\\c:d*e?"<f>|g\n', 'a b c d e f g.pdf'],
    ['', 'Twinlens report.pdf'],
    ['...', 'Twinlens report.pdf'],
    ['CON', 'Twinlens report.pdf'],
    ['Blüte 花', 'Blüte 花.pdf'],
    ['x'.repeat(300), `${'x'.repeat(60)}.pdf`],
  ])('the title %j makes a file name for every system', (title, name) => expect(reportFileName(title, 'pdf')).toBe(name));

  test('dates are words', () => expect(dateText(Date.UTC(2026, 10, 24, 12))).toBe('24 Nov 2026'));
});
