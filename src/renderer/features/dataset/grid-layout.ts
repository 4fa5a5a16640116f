/** Layout of the image grid, in px from the upper left corner of the scrolled content. */

export const TILE_SIZES = { s: 104, m: 156, l: 236 } as const; // px, minimum; tiles grow to fill a row
export type TileSize = keyof typeof TILE_SIZES;

const GAP = 8;
const EDGE = 16;
const HEADER = 40; // heading of a class
const CAPTION: Record<TileSize, number> = { s: 0, m: 24, l: 24 };

/** Consecutive images under one heading. */
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
  tileHeight: number; // including the caption
  pitch: number; // from one row to the next
  height: number; // of the content
  count: number;
  blocks: readonly Block[];
}

export interface Rect {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** `width`: the scrolling region without its scrollbar. */
export function layoutGrid(width: number, size: TileSize, sections: readonly Section[]): GridLayout {
  const available = Math.max(TILE_SIZES[size], width - 2 * EDGE);
  const columns = Math.max(1, Math.floor((available + GAP) / (TILE_SIZES[size] + GAP)));
  const tileWidth = Math.floor((available - GAP * (columns - 1)) / columns);
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

/** Images whose rows overlap the range from `top` to `bottom`; `to` is exclusive. */
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

/** Upper bound of the images in any range of this height. */
export const slotsFor = (layout: GridLayout, height: number): number => layout.columns * (Math.ceil(height / layout.pitch) + 1);

/**
 * The image of each slot, in the order of slots; empty slots are left out. An image keeps its slot while it is in the range, so
 * that scrolling reuses only the tiles that left it. `slots`: at least the number of images in the range.
 */
export function assignSlots({ from, to }: { from: number; to: number }, slots: number): { slot: number; index: number }[] {
  const shown: { slot: number; index: number }[] = [];
  for (let slot = 0; slot < slots; slot++) {
    const index = from + ((((slot - from) % slots) + slots) % slots); // the first index from `from` on with this slot
    if (index < to) shown.push({ slot, index });
  }
  return shown;
}

/** Classes with a heading that overlap the range from `top` to `bottom`. */
export const headingsIn = (layout: GridLayout, top: number, bottom: number): readonly Block[] =>
  layout.blocks.filter((block) => block.title !== null && block.top < bottom && block.bottom > top);

/** Images whose tiles overlap a rectangle, in order. */
export function indicesIn(layout: GridLayout, rect: Rect): number[] {
  const { from, to } = rangeIn(layout, rect.top, rect.bottom);
  const found: number[] = [];
  for (let index = from; index < to; index++) {
    const { left, top } = tileAt(layout, index);
    const overlaps = left < rect.right && left + layout.tileWidth > rect.left && top < rect.bottom && top + layout.tileHeight > rect.top;
    if (overlaps) found.push(index);
  }
  return found;
}

/** Index after a navigation key; null for other keys. `rows`: rows per page. */
export function indexAfterKey(layout: GridLayout, index: number, key: string, rows: number): number | null {
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

/** The image below or above, also across a heading; in a shorter row its last image. */
function vertical(layout: GridLayout, index: number, direction: 1 | -1): number {
  const { columns, blocks } = layout;
  const block = blockOf(layout, index);
  const at = index - block.from;
  const column = at % columns;
  const next = at + direction * columns;
  if (next >= 0 && next < block.images) return block.from + next;
  if (direction === 1 && Math.floor(at / columns) < Math.floor((block.images - 1) / columns)) return block.from + block.images - 1; // the last row is shorter
  const nonEmpty = blocks.filter((other) => other.images > 0);
  const other = nonEmpty[nonEmpty.indexOf(block) + direction];
  if (!other) return index;
  if (direction === 1) return other.from + Math.min(column, other.images - 1);
  const lastRow = Math.floor((other.images - 1) / columns) * columns;
  return other.from + Math.min(lastRow + column, other.images - 1);
}

function repeat(layout: GridLayout, index: number, direction: 1 | -1, times: number): number {
  let at = index;
  for (let n = 0; n < Math.max(1, times); n++) at = vertical(layout, at, direction);
  return at;
}

/** Binary search, since it runs for every tile. */
function blockOf(layout: GridLayout, index: number): Block {
  let [low, high] = [0, layout.blocks.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (layout.blocks[middle]!.from <= index) low = middle;
    else high = middle - 1;
  }
  return layout.blocks[low]!;
}
