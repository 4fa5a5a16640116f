import { expect, test } from 'vitest';
import { selectionAfterKey, type KeyPress } from '../../../../src/renderer/features/dataset/grid-keys.ts';
import { layoutGrid } from '../../../../src/renderer/features/dataset/grid-layout.ts';
import { retainSelection, type Selection, selectOnly } from '../../../../src/renderer/features/dataset/selection.ts';

const ids = Array.from({ length: 10 }, (_, i) => 100 + i);
const layout = layoutGrid(16 * 2 + 3 * 112, 's', [{ title: null, images: 10 }]); // three columns
const at = (focus: number, ...selected: number[]): Selection => ({ ids: new Set(selected), focus, anchor: focus });
const press = (keys: string, selection: Selection, list = ids): unknown => {
  const parts = keys.split('+');
  const event: KeyPress = {
    key: parts.at(-1)!,
    ctrlKey: parts.includes('Ctrl'),
    metaKey: parts.includes('Meta'),
    shiftKey: parts.includes('Shift'),
    altKey: parts.includes('Alt'),
  };
  const after = selectionAfterKey(event, selection, list, layout, 1);
  return after === null || after === 'open' ? after : { focus: after.focus, ids: [...after.ids] };
};

test.each<[string, Selection, unknown]>([
  ['ArrowRight', at(0, 100), { focus: 1, ids: [101] }],
  ['ArrowDown', at(1, 101), { focus: 4, ids: [104] }],
  ['Shift+ArrowDown', at(0, 100), { focus: 3, ids: [100, 101, 102, 103] }],
  ['Ctrl+ArrowRight', at(0, 100), { focus: 1, ids: [100] }],
  [' ', at(2, 100), { focus: 2, ids: [100, 102] }],
  ['Ctrl+a', at(2), { focus: 2, ids }],
  ['Meta+A', at(2), { focus: 2, ids }],
  ['a', at(2), null],
  ['Escape', at(2, 102), { focus: 2, ids: [] }],
  ['Escape', at(2), null], // nothing to give up: whoever is outside may want it
  ['Enter', at(2), 'open'],
  ['Alt+ArrowLeft', at(2), null], // goes back in a browser
  ['x', at(2), null],
])('%s', (keys, selection, expected) => expect(press(keys, selection)).toEqual(expected));

test('in an empty list nothing is opened', () => expect(press('Enter', at(0), [])).toBeNull());

test('the focus follows a relabelled image, and the next arrow key starts from its old index', () => {
  const layout = layoutGrid(1000, 'm', [{ title: null, images: 5 }]);
  const right = (selection: Selection, list: readonly number[]): number => {
    const next = selectionAfterKey({ key: 'ArrowRight', ctrlKey: false, metaKey: false, shiftKey: false, altKey: false }, selection, list, layout, 3);
    return list[(next as Selection).focus]!;
  };
  const list = [10, 11, 12, 13, 14];
  for (const after of [
    [10, 12, 13, 11, 14], // to a later class
    [11, 10, 12, 13, 14], // to an earlier one
  ]) {
    const moved = retainSelection(selectOnly(list, 1), list, after, new Set([11]));
    expect([after[moved.focus], [...moved.ids]]).toEqual([11, [11]]);
    expect(right(moved, after)).toBe(12);
    const tagged = retainSelection(moved, after, [...after]); // the list is loaded again, for instance after a tag
    expect(after[tagged.focus]).toBe(11);
    expect(right(tagged, after)).toBe(12);
  }
  const left = retainSelection(selectOnly(list, 1), list, [10, 12, 13, 14], new Set([11])); // out of the filter
  expect([...left.ids]).toEqual([]);
  expect(right(left, [10, 12, 13, 14])).toBe(12);
  expect(right(retainSelection(left, [10, 12, 13, 14], [9, 10, 12, 13, 14]), [9, 10, 12, 13, 14])).toBe(12); // loaded again
  const first = retainSelection(selectOnly(list, 0), list, [11, 12, 13, 10, 14], new Set([10]));
  expect(right(first, [11, 12, 13, 10, 14])).toBe(11);
  const last = retainSelection(selectOnly(list, 4), list, [14, 10, 11, 12, 13], new Set([14]));
  expect(right(last, [14, 10, 11, 12, 13])).toBe(13);
});
