/** Interpolation of a map between its cells. Pure; used for overlay PNGs and for the screen's canvas. */

/** The largest absolute value of a map; NaN if a value is. */
export const largestAbsolute = (map: Float32Array): number => map.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** Position of one of `n` equal steps over `from` cells, relative to the cells' centres: index, next index, weight of the next. */
function tap(at: number, from: number): { low: number; high: number; weight: number } {
  const inside = Math.min(from - 1, Math.max(0, at));
  const low = Math.floor(inside);
  return { low, high: Math.min(from - 1, low + 1), weight: inside - low };
}

/** Positions of `n` new pixel centres relative to `from` old ones. */
function taps(from: number, n: number): { low: Int32Array; high: Int32Array; weight: Float64Array } {
  const low = new Int32Array(n);
  const high = new Int32Array(n);
  const weight = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const t = tap(((i + 0.5) * from) / n - 0.5, from);
    low[i] = t.low;
    high[i] = t.high;
    weight[i] = t.weight;
  }
  return { low, high, weight };
}

/**
 * map [h, w] -> [H, W], bilinear with half-pixel centres: the centre of a map cell is the centre of the image area it
 * covers; beyond the outermost centres the border's value is repeated.
 */
export function upsample(map: Float32Array, w: number, h: number, W: number, H: number): Float32Array {
  const out = new Float32Array(W * H);
  const across = taps(w, W);
  const down = taps(h, H);
  for (let y = 0; y < H; y++) {
    const upper = down.low[y]! * w;
    const lower = down.high[y]! * w;
    const fy = down.weight[y]!;
    for (let x = 0; x < W; x++) {
      const l = across.low[x]!; // separate variables: an array for each pixel would cost more than the interpolation
      const r = across.high[x]!;
      const fx = across.weight[x]!;
      const above = map[upper + l]! * (1 - fx) + map[upper + r]! * fx;
      const below = map[lower + l]! * (1 - fx) + map[lower + r]! * fx;
      out[y * W + x] = above * (1 - fy) + below * fy;
    }
  }
  return out;
}

/** The value of map [h, w] at u, v (0..1 across and down the image): equals `upsample` at a pixel with this centre. */
export function valueAt(map: ArrayLike<number>, w: number, h: number, u: number, v: number): number {
  const x = tap(u * w - 0.5, w);
  const y = tap(v * h - 0.5, h);
  const above = map[y.low * w + x.low]! * (1 - x.weight) + map[y.low * w + x.high]! * x.weight;
  const below = map[y.high * w + x.low]! * (1 - x.weight) + map[y.high * w + x.high]! * x.weight;
  return above * (1 - y.weight) + below * y.weight;
}
