import { largestAbsolute, type MapGrid, resample } from './field.ts';

/** Lines of equal value on a grid. Pure. */

export type Point = [x: number, y: number];

/** The `percent` percentile (0..100) of finite values, interpolated linearly between the closest ranks as in numpy's default. 0 without values. */
export function percentile(values: Float32Array, percent: number): number {
  if (values.length === 0) return 0;
  const rank = (Math.min(100, Math.max(0, percent)) / 100) * (values.length - 1);
  const low = Math.floor(rank);
  const partial = selectRank(values.slice(), low);
  let above = Infinity;
  for (let i = low + 1; i < partial.length; i++) if (partial[i]! < above) above = partial[i]!;
  return low + 1 < partial.length ? partial[low]! + (above - partial[low]!) * (rank - low) : partial[low]!;
}

/** Moves the value of the given rank (0 is the least) to that index, lesser ones before it: quickselect (Hoare 1961), in place. */
function selectRank(values: Float32Array, rank: number): Float32Array {
  let [left, right] = [0, values.length - 1];
  while (left < right) {
    const pivot = values[(left + right) >> 1]!;
    let [i, j] = [left, right];
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      const swapped = values[i]!;
      values[i++] = values[j]!;
      values[j--] = swapped;
    }
    if (rank <= j) right = j;
    else if (rank >= i) left = i;
    else break;
  }
  return values;
}

/**
 * The sides of a marching square that a line joins, by its code: bit 1 = upper left corner inside, 2 = upper right, 4 = lower right, 8 =
 * lower left.
 */
const SEGMENTS: readonly (readonly [Side, Side][])[] = [
  [],
  [['left', 'top']],
  [['top', 'right']],
  [['left', 'right']],
  [['right', 'bottom']],
  [
    ['left', 'top'],
    ['right', 'bottom'],
  ],
  [['top', 'bottom']],
  [['left', 'bottom']],
  [['bottom', 'left']],
  [['bottom', 'top']],
  [
    ['top', 'right'],
    ['bottom', 'left'],
  ],
  [['bottom', 'right']],
  [['right', 'left']],
  [['right', 'top']],
  [['top', 'left']],
  [],
];
type Side = 'left' | 'top' | 'right' | 'bottom';

/**
 * Marching squares (Lorensen & Cline 1987 in two dimensions) around the values above `level`; values [h, w] are at
 * pixel centres (x + 0.5, y + 0.5). Segments are joined into lines. A line that meets the border of the grid ends there; others
 * are closed (first point = last point).
 */
export function contourLines(values: Float32Array, w: number, h: number, level: number): Point[][] {
  const inside = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) inside[i] = Number(values[i]! > level);
  // Every crossed edge of the grid has a number: the one right of pixel i is 2i, the one below it 2i + 1.
  const neighbours = new Map<number, number[]>();
  const join = (a: number, b: number): void => {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      const list = neighbours.get(from);
      if (list) list.push(to);
      else neighbours.set(from, [to]);
    }
  };
  for (let y = 0; y + 1 < h; y++) {
    for (let x = 0; x + 1 < w; x++) {
      const i = y * w + x;
      const code = inside[i]! + 2 * inside[i + 1]! + 4 * inside[i + w + 1]! + 8 * inside[i + w]!;
      if (code === 0 || code === 15) continue; // most squares
      const edges: Record<Side, number> = { top: 2 * i, bottom: 2 * (i + w), left: 2 * i + 1, right: 2 * (i + 1) + 1 };
      for (const [from, to] of SEGMENTS[code]!) join(edges[from], edges[to]);
    }
  }
  const pointOf = (edge: number): Point => {
    const i = edge >> 1;
    const j = edge % 2 === 0 ? i + 1 : i + w;
    const t = Math.min(1, Math.max(0, (level - values[i]!) / (values[j]! - values[i]!))); // the ends differ: one is inside
    const [x, y] = [(i % w) + 0.5, Math.floor(i / w) + 0.5];
    return edge % 2 === 0 ? [x + t, y] : [x, y + t];
  };
  const lines: Point[][] = [];
  const seen = new Set<number>();
  const follow = (start: number): void => {
    const line = [pointOf(start)];
    seen.add(start);
    let at: number | undefined = start;
    for (;;) {
      const next: number | undefined = neighbours.get(at)!.find((edge) => !seen.has(edge));
      if (next === undefined) break;
      seen.add(next);
      line.push(pointOf(next));
      at = next;
    }
    if (line.length > 2 && neighbours.get(at)!.length === 2 && neighbours.get(at)!.includes(start)) line.push(line[0]!);
    lines.push(line);
  };
  for (const [edge, list] of neighbours) if (list.length === 1 && !seen.has(edge)) follow(edge);
  for (const edge of neighbours.keys()) if (!seen.has(edge)) follow(edge);
  return lines;
}

/** Share of the image's area inside the line in overlay files, and the screen's default. */
export const CONTOUR_SHARE = 0.2;
/** Share of the map's largest value. Weaker evidence is invisible beside the strongest. With it the level is above 0. */
export const MIN_LEVEL = 0.05;
const GRID = 256; // px, longest side of the grid on which the line is found

export interface Contours {
  level: number; // the lines are at level and -level
  area: number; // 0..1, share of the image's area inside the lines
  above: Point[][]; // around values above the level, px of the image
  below: Point[][]; // around values below -level
}

/** The lines as data of an SVG path. */
export const svgPath = (lines: readonly Point[][]): string =>
  lines.map((line) => `M${line.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}`).join('');

const NO_LINES = { area: 0, above: [], below: [] };

/**
 * Lines around the strongest `share` (0..1) of the area of an image of W x H px, by absolute value; for a signed map one around each
 * sign, both at the same level. They enclose less where less of the image has evidence, and nothing in a map that has one value
 * everywhere.
 */
export function strongestPart(cells: MapGrid, W: number, H: number, share: number): Contours {
  const shrink = Math.min(1, GRID / Math.max(W, H));
  const [gw, gh] = [Math.max(1, Math.round(W * shrink)), Math.max(1, Math.round(H * shrink))];
  const grid = resample(cells, gw, gh);
  const strength = new Float32Array(grid.length);
  for (let i = 0; i < grid.length; i++) strength[i] = Math.abs(grid[i]!);
  const max = largestAbsolute(cells.map);
  const level = Math.max(MIN_LEVEL * max, percentile(strength, 100 * (1 - share)));
  if (!(max > 0)) return { level, ...NO_LINES };
  let inside = 0;
  let hasBelow = false; // never in a map without signs
  for (let i = 0; i < grid.length; i++) {
    if (strength[i]! > level) inside++;
    hasBelow ||= grid[i]! < -level;
  }
  const linesOf = (values: Float32Array): Point[][] =>
    contourLines(values, gw, gh, level)
      .filter((line) => line.length > 3)
      .map((line) => line.map(([x, y]): Point => [(x * W) / gw, (y * H) / gh]));
  return { level, area: inside / grid.length, above: linesOf(grid), below: hasBelow ? linesOf(grid.map((value) => -value)) : [] };
}
