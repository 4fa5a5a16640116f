import { expect, test } from 'vitest';
import { nameOnEnter, nameOptions } from '../../../../src/renderer/client/curation/name-choice.ts';

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

test('Enter takes the name in use that differs in case, spaces or the encoding of accents only', () => {
  const names = [...NAMES, { name: 'Épinette'.normalize('NFD'), images: 1 }, { name: 'Elm ', images: 3 }];
  const enter = (text: string, newOnEnter: boolean): string | null => nameOnEnter(nameOptions(names, text), text, { newOnEnter });
  for (const newOnEnter of [true, false]) {
    expect(enter('tulip', newOnEnter)).toBe('Tulip'); // although Tulip tree begins with it, too
    expect(enter(' TULIP TREE ', newOnEnter)).toBe('Tulip tree');
    expect(enter('épinette'.normalize('NFC'), newOnEnter)).toBe('Épinette'.normalize('NFD'));
    expect(enter('elm', newOnEnter)).toBe('Elm ');
  }
  const both = ['Oak', 'oak'].map((name) => ({ name, images: 1 }));
  const ofBoth = (text: string): string | null => nameOnEnter(nameOptions(both, text), text, { newOnEnter: true });
  expect([ofBoth('oak'), ofBoth('Oak'), ofBoth('OAK')]).toEqual(['oak', 'Oak', null]);
});

test('a name is found beyond the first 50 that contain the text', () => {
  const names = [...Array.from({ length: 60 }, (_, i) => ({ name: `rose ${i}`, images: 1 })), { name: 'Rose', images: 4 }];
  const options = nameOptions(names, 'rose');
  expect(options[0]).toEqual({ name: 'Rose', images: 4 });
  expect(nameOnEnter(options, 'rose', { newOnEnter: true })).toBe('Rose');
});

test('a new name is a separate entry, the last', () => {
  expect(nameOptions(NAMES, 'Tul').map(({ name, images }) => [name, images])).toEqual([
    ['Tulip', 9],
    ['Tulip tree', 2],
    ['Tul', null],
  ]);
  expect(nameOptions(NAMES, 'Rose')).toEqual([{ name: 'Rose', images: 4 }]);
  expect(nameOptions(NAMES, ' ')).toEqual(NAMES);
});
