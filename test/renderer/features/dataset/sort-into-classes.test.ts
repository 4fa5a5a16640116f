import { expect, test } from 'vitest';
import { classOfKey, keyedClasses, nextToSort } from '../../../../src/renderer/features/dataset/sort-into-classes.ts';

test('a class keeps its key while others are made, and frees it when it is empty', () => {
  expect(keyedClasses([], ['unsorted', 'tulip 10', 'tulip 9'])).toEqual(['tulip 9', 'tulip 10']);
  expect(keyedClasses(['tulip', 'rose'], ['daisy', 'rose', 'tulip', 'unsorted'])).toEqual(['tulip', 'rose', 'daisy']);
  expect(keyedClasses(['tulip', 'rose'], ['rose'])).toEqual(['rose']);
});

test('the next image follows the sorted ones; at the end it is the last before them', () => {
  const ids = [5, 3, 8, 1];
  expect(nextToSort(ids, [5])).toBe(1);
  expect(nextToSort(ids, [5, 8])).toBe(3);
  expect(nextToSort(ids, [1])).toBe(2);
  expect(nextToSort(ids, [8, 1])).toBe(1);
  expect(nextToSort(ids, [...ids])).toBeNull();
  expect(nextToSort([], [])).toBeNull();
});

test('number keys name a class, unless held with others', () => {
  const press = (key: string, more = {}) => classOfKey({ key, ctrlKey: false, metaKey: false, altKey: false, ...more });
  expect(['1', '9', '0', '10', 'a'].map((key) => press(key))).toEqual([0, 8, null, null, null]);
  expect(press('1', { ctrlKey: true })).toBeNull();
  expect(press('1', { altKey: true })).toBeNull();
});
