import { expect, test } from 'vitest';
import { folderAction } from '../../../../src/renderer/features/explore/similar/folder/folder-keys.ts';
import { similarAction, stepInGrid } from '../../../../src/renderer/features/explore/similar/similar-keys.ts';
import { nextOpen } from '../../../../src/shared/folder-search.ts';

const press = (key: string, more: object = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more });

test('keys of search: letters in either case, none with Alt, and Ctrl Z', () => {
  expect(['Enter', 'c', 'S', 'n', '0', 'f', 'x'].map((key) => similarAction(press(key)))).toEqual([
    ...['compare', 'compare', 'same', 'different', 'none', 'search'],
    null,
  ]);
  expect(similarAction(press('s', { ctrlKey: true }))).toBeNull();
  expect(similarAction(press('s', { altKey: true }))).toBeNull();
  expect(similarAction(press('z', { metaKey: true }))).toBe('undo');
  expect(similarAction(press('z', { ctrlKey: true, shiftKey: true }))).toBeNull();
});

test('keys of decisions: numbers choose a candidate', () => {
  expect(folderAction(press('9'))).toEqual({ kind: 'same', rank: 9 });
  expect(['0', 'N', 's', 'u', 'Enter'].map((key) => folderAction(press(key))?.kind)).toEqual(['new', 'new', 'skip', 'undo', 'focused']);
  expect(folderAction(press('1', { ctrlKey: true }))).toBeNull(); // goes to a view
});

test('arrows stay in the grid', () => {
  const step = (key: string, at: number) => stepInGrid(key, at, 8, 3);
  expect([step('ArrowRight', 7), step('ArrowLeft', 0), step('ArrowDown', 4), step('ArrowDown', 5), step('ArrowUp', 2), step('ArrowUp', 3)]).toEqual([
    7, 0, 7, 5, 2, 0,
  ]);
  expect([step('Home', 5), step('End', 0), step('x', 0), stepInGrid('End', 0, 0, 3)]).toEqual([0, 7, null, null]);
});

test('the next open query is searched from the shown one on, and from the start again', () => {
  expect(nextOpen([null, 'same', null, 'skipped'], 0)).toBe(2);
  expect(nextOpen([null, 'same', 'new', 'skipped'], 2)).toBe(0);
  expect(nextOpen(['same', 'new'], 0)).toBeNull();
  expect(nextOpen([], -1)).toBeNull();
});
