import { expect, test } from 'vitest';
import { selectionAfterKey, type KeyPress } from '../../../../src/renderer/features/dataset/grid-keys.ts';
import { layoutGrid } from '../../../../src/renderer/features/dataset/grid-layout.ts';
import type { Selection } from '../../../../src/renderer/features/dataset/selection.ts';

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
