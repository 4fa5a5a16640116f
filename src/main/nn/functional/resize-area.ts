import type { Operations } from '../ir/operations.ts';
import { expectRank } from '../ir/shapes.ts';
import type { Value } from '../ir/value.ts';

/**
 * x [N, C, H, W] -> [N, C, h, w]: each value is the mean of the area that its cell covers, larger or smaller. Every channel keeps its mean
 * over space.
 */
export function resizeArea(b: Operations, x: Value, h: number, w: number): Value {
  expectRank(x.shape, 4, 'A feature map');
  const [, , height, width] = x.shape as [number, number, number, number];
  const tall = h === height ? x : b.matmul(b.constant(overlaps(h, height), [h, height]), x);
  return w === width ? tall : b.matmul(tall, b.constant(overlaps(w, width), [w, width]), { transposeB: true });
}

/** [to, from] of shareOf. Rows add up to 1, columns to to / from. */
const overlaps = (to: number, from: number): Float32Array =>
  Float32Array.from({ length: to * from }, (_, at) => shareOf(Math.floor(at / from), to, at % from, from));

/** The share of input cell j of `from` in output cell i of `to`, 0..1, where both divide one side evenly. */
export const shareOf = (i: number, to: number, j: number, from: number): number =>
  Math.max(0, Math.min((i + 1) / to, (j + 1) / from) - Math.max(i / to, j / from)) * to;
