/** Layout of the image grid in px, from the upper left corner of the scrolled content. */

export const TILE_SIZES = { s: 104, m: 156, l: 236 } as const; // px, at least; tiles grow to fill a row
export type TileSize = keyof typeof TILE_SIZES;

const GAP = 8;
const EDGE = 16;
const HEADER = 40; // of a class
const CAPTION: Record<TileSize, number> = { s: 0, m: 24, l: 24 };

/** Images that follow each other under one heading. */
export interface Section {
  title: string | null; // null: no heading
  images: number;
}

interface Block extends Section {
  from: number; // index of its first image
  top: number;
  rowsTop: number;
  bottom: number;
}

export interface GridLayout {
  columns: number;
  tileWidth: number;
  tileHeight: number; // with its caption
  pitch: number; // from one row to the next
  height: number; // of everything
  count: number;
  blocks: readonly Block[];
}

export interface Rect {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** `width`: of the scrolling region without its scrollbar. */
export function layOut(width: number, size: TileSize, sections: readonly Section[]): GridLayout {
  const room = Math.max(TILE_SIZES[size], width - 2 * EDGE);
  const columns = Math.max(1, Math.floor((room + GAP) / (TILE_SIZES[size] + GAP)));
  const tileWidth = Math.floor((room - GAP * (columns - 1)) / columns);
  const tileHeight = tileWidth + CAPTION[size];
  const pitch = tileHeight + GAP;
  const blocks: Block[] = [];
  let [from, top] = [0, GAP];
  for (const section of sections) {
    const rowsTop = top + (section.title === null ? 0 : HEADER);
    const bottom = rowsTop + Math.ceil(section.images / columns) * pitch;
    blocks.push({ ...section, from, top, rowsTop, bottom });
    from += section.images;
    top = bottom;
  }
  return { columns, tileWidth, tileHeight, pitch, height: top + GAP, count: from, blocks };
}

/** Corner of an image's tile. */
export function tileAt(layout: GridLayout, index: number): { left: number; top: number } {
  const block = blockOf(layout, index);
  const at = index - block.from;
  return {
    left: EDGE + (at % layout.columns) * (layout.tileWidth + GAP),
    top: block.rowsTop + Math.floor(at / layout.columns) * layout.pitch,
  };
}

/** Images whose rows touch the stretch from `top` to `bottom`: from (with) and to (without). */
export function rangeIn(layout: GridLayout, top: number, bottom: number): { from: number; to: number } {
  const first = layout.blocks.findIndex((block) => block.bottom > top);
  if (first < 0) return { from: layout.count, to: layout.count };
  let last = first;
  while (last + 1 < layout.blocks.length && layout.blocks[last + 1]!.rowsTop < bottom) last++;
  const start = layout.blocks[first]!;
  const end = layout.blocks[last]!;
  const rowsAbove = Math.max(0, Math.floor((top - start.rowsTop) / layout.pitch));
  const rowsTo = Math.max(0, Math.ceil((bottom - end.rowsTop) / layout.pitch));
  return {
    from: Math.min(start.from + rowsAbove * layout.columns, start.from + start.images),
    to: Math.min(end.from + rowsTo * layout.columns, end.from + end.images),
  };
}

/** The most images that any stretch so high can touch. */
export const slotsFor = (layout: GridLayout, height: number): number => layout.columns * (Math.ceil(height / layout.pitch) + 1);

/**
 * Which image each slot shows: an image keeps its slot while it is in the range, so that scrolling only gives the tiles that left
 * another image. `slots`: at least as many as the range holds. In the order of slots; those that show nothing are left out.
 */
export function assignSlots({ from, to }: { from: number; to: number }, slots: number): { slot: number; index: number }[] {
  const shown: { slot: number; index: number }[] = [];
  for (let slot = 0; slot < slots; slot++) {
    const index = from + ((((slot - from) % slots) + slots) % slots); // the first from `from` on with this slot
    if (index < to) shown.push({ slot, index });
  }
  return shown;
}

/** Headings to be drawn for that stretch. */
export const headingsIn = (layout: GridLayout, top: number, bottom: number): readonly Block[] =>
  layout.blocks.filter((block) => block.title !== null && block.top < bottom && block.top + HEADER > top);

/** Images whose tiles a dragged rectangle touches, in order. */
export function indicesIn(layout: GridLayout, rect: Rect): number[] {
  const { from, to } = rangeIn(layout, rect.top, rect.bottom);
  const found: number[] = [];
  for (let index = from; index < to; index++) {
    const { left, top } = tileAt(layout, index);
    const touches = left < rect.right && left + layout.tileWidth > rect.left && top < rect.bottom && top + layout.tileHeight > rect.top;
    if (touches) found.push(index);
  }
  return found;
}

/** Where a key leads from an image; null for keys that lead nowhere. `rows`: how many fit the window. */
export function stepFrom(layout: GridLayout, index: number, key: string, rows: number): number | null {
  if (layout.count === 0) return null;
  const last = layout.count - 1;
  switch (key) {
    case 'ArrowRight':
      return Math.min(last, index + 1);
    case 'ArrowLeft':
      return Math.max(0, index - 1);
    case 'ArrowDown':
      return vertical(layout, index, 1);
    case 'ArrowUp':
      return vertical(layout, index, -1);
    case 'PageDown':
      return repeat(layout, index, 1, rows);
    case 'PageUp':
      return repeat(layout, index, -1, rows);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}

/** The row below or above in the same column; across a heading, the nearest there is in the next row. */
function vertical(layout: GridLayout, index: number, way: 1 | -1): number {
  const { columns, blocks } = layout;
  const block = blockOf(layout, index);
  const at = index - block.from;
  const column = at % columns;
  const next = at + way * columns;
  if (next >= 0 && next < block.images) return block.from + next;
  if (way === 1 && Math.floor(at / columns) < Math.floor((block.images - 1) / columns)) return block.from + block.images - 1; // a shorter last row
  const shown = blocks.filter((other) => other.images > 0);
  const other = shown[shown.indexOf(block) + way];
  if (!other) return index;
  if (way === 1) return other.from + Math.min(column, other.images - 1);
  const lastRow = Math.floor((other.images - 1) / columns) * columns;
  return other.from + Math.min(lastRow + column, other.images - 1);
}

function repeat(layout: GridLayout, index: number, way: 1 | -1, times: number): number {
  let at = index;
  for (let n = 0; n < Math.max(1, times); n++) at = vertical(layout, at, way);
  return at;
}

/** Blocks are few (classes), but this is asked for every tile: halving. */
function blockOf(layout: GridLayout, index: number): Block {
  let [low, high] = [0, layout.blocks.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (layout.blocks[middle]!.from <= index) low = middle;
    else high = middle - 1;
  }
  return layout.blocks[low]!;
}
