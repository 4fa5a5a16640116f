import type { MaxPoolAttrs } from '../attributes.ts';
import type { Operations } from '../operations.ts';
import type { Primitive } from '../primitive.ts';
import { expectShape } from '../shapes.ts';
import type { Value } from '../value.ts';
import { LOWEST, poolMap, pooledShape } from './pools.ts';

/**
 * The gradient of a max pool's input: g and y [N, C, h, w], x [N, C, H, W] -> [N, C, H, W]. Linear in g; constant almost everywhere
 * in x and y. On the CPU a pass has the pool return the positions of its maxima instead (passes/pool-positions.ts).
 */
export const maxPoolGradient: Primitive<MaxPoolAttrs> = {
  name: 'maxPoolGradient',
  types([g, x, y], attrs) {
    expectShape(g!.shape, pooledShape(x!.shape, attrs), 'The gradient of a max pool');
    expectShape(y!.shape, g!.shape, 'The result of a max pool');
    return [x!];
  },
  gradient: (b, { inputs: [, x, y], attrs, gradient, needs }) => [needs[0] ? atMaxima(b, gradient, x!, y!, attrs) : null, null, null],
  expand: (b, [g, x, y], attrs) => byComparison(b, g!, x!, y!, attrs),
  onnx: () => {
    throw new Error('The gradient of a max pool is always expanded.');
  },
  tensorflow: {
    maps: { inputs: [0, 1, 2], output: true },
    run: (tf, [g, x], attrs) => tf.grad((map) => poolMap(tf, map, attrs))(x!, g!),
  },
};

/** One tap of the pool's kernel, and where it is the window's first maximum: 1 there, else 0, [N, C, h, w]. */
interface Tap {
  row: number;
  column: number;
  isMaximum: Value;
}

/** No graphics card's provider returns the positions of maxima, so: the first position of a window that is not below its maximum. */
function firstMaxima(b: Operations, x: Value, y: Value, { kernel, stride, pad }: MaxPoolAttrs): Tap[] {
  const padded = b.pad(x, [0, 0, pad, pad], [0, 0, pad + kernel, pad + kernel], LOWEST);
  const taps: Tap[] = [];
  let free: Value | null = null; // 1 where no position of the window has been chosen yet
  for (let row = 0; row < kernel; row++) {
    for (let column = 0; column < kernel; column++) {
      const below = b.toFloat(b.less(readTap(b, padded, y, row, column, stride), y));
      const left: Value = free ? b.mul(free, below) : below;
      taps.push({ row, column, isMaximum: free ? b.sub(free, left) : b.sub(b.scalar(1), left) });
      free = left;
    }
  }
  return taps;
}

/** What one tap of the kernel reads of a padded map, in every window. */
function readTap(b: Operations, padded: Value, { shape }: Value, row: number, column: number, stride: number): Value {
  const [h, w] = shape.slice(2) as [number, number];
  return b.slice(padded, [2, 3], [row, column], [row + (h - 1) * stride + 1, column + (w - 1) * stride + 1], [stride, stride]);
}

/** The numbers of a map [N, C, H, W] at the maxima of the windows, [N, C, h, w]. */
function atMaxima(b: Operations, map: Value, x: Value, y: Value, attrs: MaxPoolAttrs): Value {
  const { kernel, stride, pad } = attrs;
  const padded = b.pad(map, [0, 0, pad, pad], [0, 0, pad + kernel, pad + kernel]);
  return firstMaxima(b, x, y, attrs)
    .map(({ row, column, isMaximum }) => b.mul(readTap(b, padded, y, row, column, stride), isMaximum))
    .reduce((sum, part) => b.add(sum, part));
}

/**
 * Gradients at the maxima of their windows. Positions congruent modulo the stride share a plane [N, C, H', W']; the planes are
 * interleaved last.
 */
function byComparison(b: Operations, g: Value, x: Value, y: Value, attrs: MaxPoolAttrs): Value {
  const { kernel, stride, pad } = attrs;
  const [n, c, height, width] = x.shape as [number, number, number, number];
  const [h, w] = y.shape.slice(2) as [number, number];
  const reach = Math.ceil(kernel / stride);
  const [tall, wide] = [h + reach, w + reach];
  const planes = new Map<string, Value>();
  for (const { row, column, isMaximum } of firstMaxima(b, x, y, attrs)) {
    const [down, across] = [Math.floor(row / stride), Math.floor(column / stride)];
    const placed = b.pad(b.mul(g, isMaximum), [0, 0, down, across], [0, 0, tall - h - down, wide - w - across]);
    const phase = `${row % stride},${column % stride}`;
    const sum = planes.get(phase);
    planes.set(phase, sum ? b.add(sum, placed) : placed);
  }
  const phases = Array.from({ length: stride }, (_, i) => i);
  const none = b.scale(b.pad(g, [0, 0, 0, 0], [0, 0, tall - h, wide - w]), 0); // where the stride is larger than the kernel
  const column = (row: number): Value =>
    b.concat(
      phases.map((at) => b.reshape(planes.get(`${row},${at}`) ?? none, [n, c, tall, 1, wide, 1])),
      5,
    );
  const whole = b.reshape(b.concat(phases.map(column), 3), [n, c, tall * stride, wide * stride]);
  return b.slice(whole, [2, 3], [pad, pad], [pad + height, pad + width]);
}
