import type { Point, Rect } from './view-box.ts';

/**
 * Whether a point is inside a polygon, whose last corner is joined to the first. Even-odd rule: an area that the outline goes around twice is
 * outside. A point on the left or lower edge of an upright rectangle is inside, one on the right or upper edge is not.
 */
export function isInside({ x, y }: Point, polygon: readonly Point[]): boolean {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [a, b] = [polygon[i]!, polygon[j]!];
    if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) inside = !inside;
  }
  return inside;
}

const PER_CELL = 8; // points, on average

/** Finds points of a map by their place: a grid of square cells. `xy` [n, 2]. */
export class PointIndex {
  private readonly xy: ArrayLike<number>;
  private readonly bounds: Rect;
  private readonly columns: number;
  private readonly rows: number;
  private readonly size: number; // of a cell
  private readonly starts: Int32Array; // [cells + 1] in `order`
  private readonly order: Int32Array; // [n] points by cell, ascending in each

  constructor(xy: ArrayLike<number>, bounds: Rect) {
    const n = xy.length / 2;
    this.xy = xy;
    this.bounds = bounds;
    const [width, height] = [bounds.right - bounds.left, bounds.top - bounds.bottom];
    this.size = Math.sqrt((Math.max(width, 1e-9) * Math.max(height, 1e-9) * PER_CELL) / Math.max(1, n));
    this.size = Math.max(this.size, Math.max(width, height) / 2000, 1e-9);
    this.columns = Math.floor(width / this.size) + 1;
    this.rows = Math.floor(height / this.size) + 1;
    const cells = Int32Array.from({ length: n }, (_, i) => this.cellOf(xy[2 * i]!, xy[2 * i + 1]!));
    this.starts = new Int32Array(this.columns * this.rows + 1);
    for (const cell of cells) this.starts[cell + 1]!++;
    for (let cell = 0; cell < this.columns * this.rows; cell++) this.starts[cell + 1]! += this.starts[cell]!;
    const next = this.starts.slice();
    this.order = new Int32Array(n);
    cells.forEach((cell, i) => (this.order[next[cell]!++] = i));
  }

  /** Points in a rectangle, edges included, ascending. */
  private inRect(rect: Rect): number[] {
    const found: number[] = [];
    this.visit(rect, (i) => {
      const [x, y] = [this.xy[2 * i]!, this.xy[2 * i + 1]!];
      if (x >= rect.left && x <= rect.right && y >= rect.bottom && y <= rect.top) found.push(i);
    });
    return found.sort((a, b) => a - b);
  }

  /** Points inside a polygon, ascending. */
  inPolygon(polygon: readonly Point[]): number[] {
    if (polygon.length < 3) return [];
    const [xs, ys] = [polygon.map(({ x }) => x), polygon.map(({ y }) => y)];
    const rect = { left: Math.min(...xs), right: Math.max(...xs), bottom: Math.min(...ys), top: Math.max(...ys) };
    return this.inRect(rect).filter((i) => isInside({ x: this.xy[2 * i]!, y: this.xy[2 * i + 1]! }, polygon));
  }

  /** The nearest point within `radius` of a place; null if there is none. */
  nearest({ x, y }: Point, radius: number): number | null {
    let best: number | null = null;
    let smallest = radius * radius;
    this.visit({ left: x - radius, right: x + radius, bottom: y - radius, top: y + radius }, (i) => {
      const squared = (this.xy[2 * i]! - x) ** 2 + (this.xy[2 * i + 1]! - y) ** 2;
      if (squared < smallest || (squared === smallest && best === null)) [best, smallest] = [i, squared];
    });
    return best;
  }

  private cellOf(x: number, y: number): number {
    const column = Math.min(this.columns - 1, Math.max(0, Math.floor((x - this.bounds.left) / this.size)));
    const row = Math.min(this.rows - 1, Math.max(0, Math.floor((y - this.bounds.bottom) / this.size)));
    return row * this.columns + column;
  }

  private visit({ left, right, bottom, top }: Rect, each: (i: number) => void): void {
    const [first, last] = [this.cellOf(left, bottom), this.cellOf(right, top)];
    const width = (last % this.columns) - (first % this.columns);
    for (let row = first; row + width <= last; row += this.columns)
      for (let at = this.starts[row]!; at < this.starts[row + width + 1]!; at++) each(this.order[at]!);
  }
}
