import { type CellAxis, type CellPlacement, evenPlacement, positionAmong } from './placement.ts';

/** Interpolation of a map between its cells. Pure; used for overlay PNGs and for the screen's canvas. */

/** The largest absolute value of a map; NaN if a value is. */
export const largestAbsolute = (map: Float32Array): number => map.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** A map and where its cells are. */
export interface MapGrid {
  map: Float32Array; // [h, w]
  w: number;
  h: number;
  placement?: CellPlacement | undefined; // default: the cells divide the image evenly
}

/** The two cells on either side of `at` (0..1 of a side), and the weight of the second. */
function tap(at: number, axis: CellAxis, cells: number): { low: number; high: number; weight: number } {
  const position = positionAmong(at, axis, cells);
  const low = Math.floor(position);
  return { low, high: Math.min(cells - 1, low + 1), weight: position - low };
}

/** Taps at the n positions of `to`. */
function taps(from: CellAxis, cells: number, to: CellAxis, n: number): { low: Int32Array; high: Int32Array; weight: Float64Array } {
  const low = new Int32Array(n);
  const high = new Int32Array(n);
  const weight = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const t = tap(to.first + i * to.step, from, cells);
    low[i] = t.low;
    high[i] = t.high;
    weight[i] = t.weight;
  }
  return { low, high, weight };
}

/**
 * A map at the positions of W × H other cells or pixels -> [H, W], bilinear between the centres of its cells; beyond the outermost
 * centres the border's value is repeated. `to`: default: the centres of W × H pixels.
 */
export function resample({ map, w, h, placement = evenPlacement(w, h) }: MapGrid, W: number, H: number, to = evenPlacement(W, H)): Float32Array {
  const out = new Float32Array(W * H);
  const across = taps(placement.across, w, to.across, W);
  const down = taps(placement.down, h, to.down, H);
  /** A row of cells, interpolated across: two rows serve all pixels between them. */
  const interpolate = (row: number, line: Float64Array): void => {
    const start = row * w;
    for (let x = 0; x < W; x++) {
      const fx = across.weight[x]!;
      line[x] = map[start + across.low[x]!]! * (1 - fx) + map[start + across.high[x]!]! * fx;
    }
  };
  const above = new Float64Array(W);
  const below = new Float64Array(W);
  for (let y = 0; y < H; y++) {
    if (y === 0 || down.low[y] !== down.low[y - 1] || down.high[y] !== down.high[y - 1]) {
      interpolate(down.low[y]!, above);
      interpolate(down.high[y]!, below);
    }
    const fy = down.weight[y]!;
    const start = y * W;
    for (let x = 0; x < W; x++) out[start + x] = above[x]! * (1 - fy) + below[x]! * fy;
  }
  return out;
}

/** As `resample`, to the pixels of an image of W × H px. */
export const upsample = (map: Float32Array, w: number, h: number, W: number, H: number, placement?: CellPlacement): Float32Array =>
  resample({ map, w, h, placement }, W, H);

/** The value of a map at u, v (0..1 across and down the image): equals `resample` at a pixel with this centre. */
export function valueAt({ map, w, h, placement = evenPlacement(w, h) }: MapGrid, u: number, v: number): number {
  const x = tap(u, placement.across, w);
  const y = tap(v, placement.down, h);
  const above = map[y.low * w + x.low]! * (1 - x.weight) + map[y.low * w + x.high]! * x.weight;
  const below = map[y.high * w + x.low]! * (1 - x.weight) + map[y.high * w + x.high]! * x.weight;
  return above * (1 - y.weight) + below * y.weight;
}

/** The cell whose centre is nearest to `at` (0..1 of a side). */
const nearest = (at: number, axis: CellAxis, cells: number): number => Math.round(positionAmong(at, axis, cells));

/** The value of the cell nearest to u, v (0..1 across and down the image). */
export const cellAt = ({ map, w, h, placement = evenPlacement(w, h) }: MapGrid, u: number, v: number): number =>
  map[nearest(v, placement.down, h) * w + nearest(u, placement.across, w)]!;

/** The map's cells as they are, on W × H pixels -> [H, W]: each pixel has the value of the nearest cell. */
export function cellField({ map, w, h, placement = evenPlacement(w, h) }: MapGrid, W: number, H: number): Float32Array {
  const out = new Float32Array(W * H);
  const columns = Array.from({ length: W }, (_, x) => nearest((x + 0.5) / W, placement.across, w));
  for (let y = 0; y < H; y++) {
    const row = nearest((y + 0.5) / H, placement.down, h) * w;
    for (let x = 0; x < W; x++) out[y * W + x] = map[row + columns[x]!]!;
  }
  return out;
}
