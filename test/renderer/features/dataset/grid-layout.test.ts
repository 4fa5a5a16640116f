import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  indicesIn,
  layoutGrid,
  rangeIn,
  type Section,
  slotsFor,
  assignSlots,
  indexAfterKey,
  tileAt,
} from '../../../../src/renderer/features/dataset/grid-layout.ts';
import { extendSelection, retainSelection, selectOnly, toggleInSelection } from '../../../../src/renderer/features/dataset/selection.ts';

const someSections = fc.array(fc.record({ title: fc.option(fc.string()), images: fc.integer({ min: 0, max: 60 }) }), { maxLength: 6 });
const someGrid = fc.tuple(fc.integer({ min: 60, max: 2000 }), fc.constantFrom('s' as const, 'm' as const, 'l' as const), someSections);

test('tiles fit the width, are in order, never overlap, and end at the height', () => {
  fc.assert(
    fc.property(someGrid, ([width, size, sections]) => {
      const layout = layoutGrid(width, size, sections as Section[]);
      const tiles = Array.from({ length: layout.count }, (_, i) => tileAt(layout, i));
      expect(layout.count).toBe(sections.reduce((sum, { images }) => sum + images, 0));
      tiles.forEach((tile, i) => {
        if (width > 300) expect(tile.left + layout.tileWidth).toBeLessThanOrEqual(width);
        expect(tile.top + layout.tileHeight).toBeLessThanOrEqual(layout.height);
        const before = tiles[i - 1];
        if (before)
          expect(tile.top > before.top ? tile.top >= before.top + layout.tileHeight : tile.left >= before.left + layout.tileWidth).toBe(true);
      });
    }),
  );
});

test('the visible tiles are the rows that touch the range', () => {
  fc.assert(
    fc.property(someGrid, fc.nat(3000), fc.integer({ min: 1, max: 1200 }), ([width, size, sections], top, height) => {
      const layout = layoutGrid(width, size, sections as Section[]);
      const { from, to } = rangeIn(layout, top, top + height);
      for (let i = 0; i < layout.count; i++) {
        const tile = tileAt(layout, i);
        const touches = tile.top < top + height && tile.top + layout.tileHeight > top;
        if (touches) expect(i >= from && i < to).toBe(true);
        if (i >= from && i < to) expect(tile.top + layout.pitch >= top && tile.top <= top + height + layout.pitch).toBe(true);
      }
      const everywhere = { left: -1, right: width + 1e4, top: top, bottom: top + height };
      expect(indicesIn(layout, everywhere).every((i) => i >= from && i < to)).toBe(true);
    }),
  );
});

test('each visible image has its own slot and keeps it while scrolling', () => {
  fc.assert(
    fc.property(
      someGrid,
      fc.nat(3000),
      fc.integer({ min: -400, max: 400 }),
      fc.integer({ min: 1, max: 1200 }),
      ([width, size, sections], top, by, height) => {
        const layout = layoutGrid(width, size, sections as Section[]);
        const slots = slotsFor(layout, height);
        const [before, after] = [top, top + by].map((at) => {
          const range = rangeIn(layout, at, at + height);
          const shown = assignSlots(range, slots);
          expect(shown.map(({ index }) => index).sort((a, b) => a - b)).toEqual(
            Array.from({ length: range.to - range.from }, (_, i) => range.from + i),
          );
          expect(shown.every(({ slot }, i) => slot < slots && (i === 0 || slot > shown[i - 1]!.slot))).toBe(true);
          return new Map(shown.map(({ index, slot }) => [index, slot]));
        });
        for (const [index, slot] of before!) if (after!.has(index)) expect(after!.get(index)).toBe(slot);
      },
    ),
  );
});

test('keys stay in the list; down moves down unless there is no row below', () => {
  fc.assert(
    fc.property(
      someGrid,
      fc.nat(),
      fc.constantFrom('ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'PageUp', 'PageDown', 'Home', 'End'),
      ([width, size, sections], seed, key) => {
        const layout = layoutGrid(width, size, sections as Section[]);
        if (layout.count === 0) return;
        const index = seed % layout.count;
        const next = indexAfterKey(layout, index, key, 3)!;
        expect(next).toBeGreaterThanOrEqual(0);
        expect(next).toBeLessThan(layout.count);
        if (key === 'ArrowDown' && next !== index) expect(tileAt(layout, next).top).toBeGreaterThan(tileAt(layout, index).top);
        if (key === 'ArrowUp' && next !== index) expect(tileAt(layout, next).top).toBeLessThan(tileAt(layout, index).top);
        const lastTop = tileAt(layout, layout.count - 1).top;
        if (key === 'ArrowDown' && next === index) expect(tileAt(layout, index).top).toBe(lastTop);
      },
    ),
  );
});

test('a selection extends from its anchor, toggles, and survives a change of the list', () => {
  const list = [10, 11, 12, 13, 14, 15];
  const grown = extendSelection(selectOnly(list, 2), list, 4);
  expect([...grown.ids]).toEqual([12, 13, 14]);
  expect([...extendSelection(grown, list, 0).ids]).toEqual([10, 11, 12]);
  expect([...toggleInSelection(grown, list, 3).ids]).toEqual([12, 14]);
  const after = retainSelection(grown, list, [15, 14, 10]);
  expect([...after.ids]).toEqual([14]);
  expect(after.focus).toBe(1); // 14 had it
  expect(retainSelection(selectOnly(list, 5), list, [10]).focus).toBe(0);
});

test('a range extended by keys survives a reload of the list between two keys', () => {
  const list = [10, 11, 12, 13, 14, 15];
  const two = extendSelection(selectOnly(list, 0), list, 1);
  const again = retainSelection(two, list, [...list]);
  expect([...extendSelection(again, list, 2).ids]).toEqual([10, 11, 12]);
  const shifted = retainSelection(two, list, [9, ...list]); // a new first image
  expect([...extendSelection(shifted, [9, ...list], 3).ids]).toEqual([10, 11, 12]);
  expect(retainSelection(two, list, [11, 12]).anchor).toBe(0); // 10 is gone: the focus, which 11 has
});
