/** Box filters in sequence: the sum of three uniform distributions is almost normal. */
const PASSES = 3;

/**
 * Widths in px, all odd, of PASSES box filters whose variances add up to sigma² as closely as odd widths can (Kovesi 2010, "Fast
 * almost-Gaussian filtering", equations 4 and 5). `sigma`: px.
 */
export function boxWidths(sigma: number): number[] {
  const ideal = Math.sqrt((12 * sigma ** 2) / PASSES + 1);
  const low = Math.max(1, 2 * Math.floor((ideal - 1) / 2) + 1);
  const lower = Math.round((12 * sigma ** 2 - PASSES * (low ** 2 + 4 * low + 3)) / (-4 * low - 4)); // filters of the smaller width
  return Array.from({ length: PASSES }, (_, i) => (i < lower ? low : low + 2));
}

/**
 * A blurred copy of an interleaved image [height, width, channels], 8 bit, rounded. A box at the edge averages only the pixels inside the
 * image, so an image of one colour stays exactly as it is. `sigma`: px; it has no effect on the time.
 */
export function blur(pixels: Uint8Array, width: number, height: number, sigma: number): Uint8Array {
  const channels = pixels.length / (width * height);
  const values = Float64Array.from(pixels);
  const across = new Float64Array(pixels.length);
  const row = width * channels;
  for (const box of boxWidths(sigma)) {
    const reach = (box - 1) / 2;
    for (let y = 0; y < height; y++)
      for (let c = 0; c < channels; c++) boxFilter(values, across, { start: y * row + c, step: channels, length: width, reach });
    for (let i = 0; i < row; i++) boxFilter(across, values, { start: i, step: row, length: height, reach });
  }
  return Uint8Array.from(values, (value) => Math.round(value));
}

interface Line {
  start: number; // offset of its first value
  step: number; // from a value to the next
  length: number;
  reach: number; // values on each side
}

/** Replaces each value of a line by the mean of those within reach. */
function boxFilter(from: Float64Array, to: Float64Array, { start, step, length, reach }: Line): void {
  let sum = 0;
  let [first, end] = [0, 0]; // the window
  for (let i = 0; i < length; i++) {
    for (; end < Math.min(length, i + reach + 1); end++) sum += from[start + end * step]!;
    for (; first < i - reach; first++) sum -= from[start + first * step]!;
    to[start + i * step] = sum / (end - first);
  }
}
