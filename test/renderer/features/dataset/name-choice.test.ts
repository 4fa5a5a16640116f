import { expect, test } from 'vitest';
import { nameOnEnter, nameOptions } from '../../../../src/renderer/features/dataset/name-choice.ts';

const NAMES = [
  { name: 'Rose', images: 4 },
  { name: 'Tulip', images: 9 },
  { name: 'Tulip tree', images: 2 },
];
const onEnter = (text: string, newOnEnter = false): string | null => nameOnEnter(nameOptions(NAMES, text), text, { newOnEnter });

test('Enter takes the only name in use that begins with the text, or the same name', () => {
  expect(onEnter('ros')).toBe('Rose');
  expect(onEnter(' Tulip ')).toBe('Tulip');
  expect(onEnter('Tulip t')).toBe('Tulip tree');
});

test('Enter makes no new name and chooses none of several', () => {
  for (const text of ['', 'Tul', 'tree', 'Daisy']) expect(onEnter(text)).toBeNull();
});

test('Enter makes a new tag if none in use contains the text', () => {
  expect(onEnter(' Daisy', true)).toBe('Daisy');
  expect(onEnter('ros', true)).toBe('Rose');
  for (const text of ['', 'Tul', 'tree']) expect(onEnter(text, true)).toBeNull();
});

test('a new name is an entry of its own, the last', () => {
  expect(nameOptions(NAMES, 'Tul').map(({ name, images }) => [name, images])).toEqual([
    ['Tulip', 9],
    ['Tulip tree', 2],
    ['Tul', null],
  ]);
  expect(nameOptions(NAMES, 'Rose')).toEqual([{ name: 'Rose', images: 4 }]);
  expect(nameOptions(NAMES, ' ')).toEqual(NAMES);
});
