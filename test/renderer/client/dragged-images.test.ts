import { expect, test } from 'vitest';
import { slotsAfterDrop, freeSlot, packDrag, type Slots, unpackDrag } from '../../../src/renderer/client/dragged-images.ts';

const one = (id: number) => ({ dataset: 'pets', id });
const empty: Slots = { a: null, b: null };

test('decodes its own drags, and no others', () => {
  const images = { dataset: 'pets "x"', ids: [4, 7] };
  expect(unpackDrag(packDrag(images))).toEqual(images);
  for (const text of [
    '',
    'pets/4',
    '{}',
    '{"dataset":"pets","ids":[]}',
    '{"dataset":"pets","ids":["4"]}',
    '{"dataset":1,"ids":[4]}',
    '{"dataset":"pets","ids":[-1]}',
    'null',
  ])
    expect(unpackDrag(text)).toBeNull();
});

test('the first image goes into the slot, a second into the other', () => {
  expect(slotsAfterDrop(empty, 'b', { dataset: 'pets', ids: [4] })).toEqual({ a: null, b: one(4) });
  expect(slotsAfterDrop({ a: one(1), b: null }, 'b', { dataset: 'pets', ids: [4] })).toEqual({ a: one(1), b: one(4) });
  expect(slotsAfterDrop({ a: one(1), b: null }, 'a', { dataset: 'pets', ids: [4] })).toEqual({ a: one(4), b: null });
  expect(slotsAfterDrop({ a: one(1), b: null }, 'b', { dataset: 'pets', ids: [4, 7] })).toEqual({ a: one(7), b: one(4) });
  expect(slotsAfterDrop(empty, 'a', { dataset: 'pets', ids: [4, 7, 9] })).toBeNull();
});

test('without a slot, the free one is used', () => {
  expect(freeSlot(empty)).toBe('a');
  expect(freeSlot({ a: one(1), b: null })).toBe('b');
  expect(freeSlot({ a: null, b: one(1) })).toBe('a');
});
