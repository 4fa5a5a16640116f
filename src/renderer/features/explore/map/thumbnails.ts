import { toCanvas, type ViewBox } from './view-box.ts';

export interface PlacedThumbnail {
  i: number; // point
  left: number; // CSS pixels on the canvas
  top: number;
}

/**
 * Chooses which of the points `shown` get a thumbnail of `size` pixels, centred on the point: greedily, those of `before` first, so that
 * thumbnails don't flicker while the map moves, and none that would overlap a chosen one.
 */
export function placeThumbnails(
  xy: ArrayLike<number>,
  view: ViewBox,
  shown: readonly number[],
  { size, before, limit }: { size: number; before: ReadonlySet<number>; limit: number },
): PlacedThumbnail[] {
  const taken = new Map<string, PlacedThumbnail>(); // by cell of `size` pixels: at most one in each
  const overlaps = (left: number, top: number): boolean => {
    const [column, row] = [Math.floor(left / size), Math.floor(top / size)];
    for (let c = column - 1; c <= column + 1; c++)
      for (let r = row - 1; r <= row + 1; r++) {
        const other = taken.get(`${c} ${r}`);
        if (other && Math.abs(other.left - left) < size && Math.abs(other.top - top) < size) return true;
      }
    return false;
  };
  const inOrder = [...shown.filter((i) => before.has(i)), ...shown.filter((i) => !before.has(i))];
  for (const i of inOrder) {
    if (taken.size >= limit) break;
    const { x, y } = toCanvas(view, { x: xy[2 * i]!, y: xy[2 * i + 1]! });
    const [left, top] = [x - size / 2, y - size / 2];
    if (!overlaps(left, top)) taken.set(`${Math.floor(left / size)} ${Math.floor(top / size)}`, { i, left, top });
  }
  return [...taken.values()].sort((a, b) => a.i - b.i);
}
