/** A map's values between its cells. Pure; the report's pictures and the screen's canvas use the same. */

/** Position of one of `n` equal steps over `from` cells, relative to the cells' centres: index, next index, weight of the next. */
function tap(at: number, from: number): { low: number; high: number; share: number } {
  const inside = Math.min(from - 1, Math.max(0, at));
  const low = Math.floor(inside);
  return { low, high: Math.min(from - 1, low + 1), share: inside - low };
}

/** Positions of `n` new pixel centres relative to `from` old ones. */
function taps(from: number, n: number): { low: Int32Array; high: Int32Array; share: Float64Array } {
  const low = new Int32Array(n);
  const high = new Int32Array(n);
  const share = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const t = tap(((i + 0.5) * from) / n - 0.5, from);
    low[i] = t.low;
    high[i] = t.high;
    share[i] = t.share;
  }
  return { low, high, share };
}

/**
 * map [h, w] -> [H, W], bilinear with half-pixel centres: the centre of a map cell is the centre of the image area it
 * stands for; beyond the outermost centres the border's value goes on.
 */
export function upsample(map: Float32Array, w: number, h: number, W: number, H: number): Float32Array {
  const out = new Float32Array(W * H);
  const across = taps(w, W);
  const down = taps(h, H);
  for (let y = 0; y < H; y++) {
    const upper = down.low[y]! * w;
    const lower = down.high[y]! * w;
    const fy = down.share[y]!;
    for (let x = 0; x < W; x++) {
      const l = across.low[x]!; // one by one: an array for each pixel would cost more than the pixel
      const r = across.high[x]!;
      const fx = across.share[x]!;
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
  const above = map[y.low * w + x.low]! * (1 - x.share) + map[y.low * w + x.high]! * x.share;
  const below = map[y.high * w + x.low]! * (1 - x.share) + map[y.high * w + x.high]! * x.share;
  return above * (1 - y.share) + below * y.share;
}
