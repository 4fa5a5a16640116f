import type { MaxPoolAttrs } from '../attributes.ts';
import type { Operations } from '../operations.ts';
import type { Primitive } from '../primitive.ts';
import { expectShape } from '../shapes.ts';
import type { Value } from '../value.ts';
import { LOWEST, poolMap, pooledShape } from './pools.ts';

/**
 * Gradient of a max pool with respect to its input: g = dY and y [N, C, h, w], x [N, C, H, W] -> dX [N, C, H, W]. Linear in g;
 * constant almost everywhere in x and y. On the CPU the pass pool-positions.ts replaces it: the pool returns its argmax positions.
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

/** One tap of the pool's kernel. `isMaximum` [N, C, h, w] is 1 where the tap holds its window's first maximum, else 0. */
interface Tap {
  row: number;
  column: number;
  isMaximum: Value;
}

/**
 * Finds the argmax of each window by comparison, because no GPU provider returns it: the first tap whose value is not below the
 * window's maximum.
 */
function firstMaxima(b: Operations, x: Value, y: Value, { kernel, stride, pad }: MaxPoolAttrs): Tap[] {
  const padded = b.pad(x, [0, 0, pad, pad], [0, 0, pad + kernel, pad + kernel], LOWEST);
  const taps: Tap[] = [];
  let unassigned: Value | null = null; // 1 where no earlier tap holds the window's maximum, else 0
  for (let row = 0; row < kernel; row++) {
    for (let column = 0; column < kernel; column++) {
      const isBelow = b.toFloat(b.less(readTap(b, padded, y, row, column, stride), y));
      const remaining: Value = unassigned ? b.mul(unassigned, isBelow) : isBelow;
      taps.push({ row, column, isMaximum: unassigned ? b.sub(unassigned, remaining) : b.sub(b.scalar(1), remaining) });
      unassigned = remaining;
    }
  }
  return taps;
}

/** The values of a padded map that one tap reads, one per window: [N, C, h, w]. */
function readTap(b: Operations, padded: Value, { shape }: Value, row: number, column: number, stride: number): Value {
  const [h, w] = shape.slice(2) as [number, number];
  return b.slice(padded, [2, 3], [row, column], [row + (h - 1) * stride + 1, column + (w - 1) * stride + 1], [stride, stride]);
}

/** The values of a map [N, C, H, W] at the windows' maxima, [N, C, h, w]. */
function atMaxima(b: Operations, map: Value, x: Value, y: Value, attrs: MaxPoolAttrs): Value {
  const { kernel, stride, pad } = attrs;
  const padded = b.pad(map, [0, 0, pad, pad], [0, 0, pad + kernel, pad + kernel]);
  return firstMaxima(b, x, y, attrs)
    .map(({ row, column, isMaximum }) => b.mul(readTap(b, padded, y, row, column, stride), isMaximum))
    .reduce((sum, part) => b.add(sum, part));
}

/**
 * Scatters gradients to the maxima of their windows. Positions congruent modulo the stride form a phase; each phase is a plane
 * [N, C, H', W'], and the planes are interleaved at the end.
 */
function byComparison(b: Operations, g: Value, x: Value, y: Value, attrs: MaxPoolAttrs): Value {
  const { kernel, stride, pad } = attrs;
  const [n, c, height, width] = x.shape as [number, number, number, number];
  const [h, w] = y.shape.slice(2) as [number, number];
  const reach = Math.ceil(kernel / stride);
  const [planeHeight, planeWidth] = [h + reach, w + reach];
  const planes = new Map<string, Value>();
  for (const { row, column, isMaximum } of firstMaxima(b, x, y, attrs)) {
    const [down, across] = [Math.floor(row / stride), Math.floor(column / stride)];
    const shifted = b.pad(b.mul(g, isMaximum), [0, 0, down, across], [0, 0, planeHeight - h - down, planeWidth - w - across]);
    const phase = `${row % stride},${column % stride}`;
    const sum = planes.get(phase);
    planes.set(phase, sum ? b.add(sum, shifted) : shifted);
  }
  const phases = Array.from({ length: stride }, (_, i) => i);
  const zeros = b.scale(b.pad(g, [0, 0, 0, 0], [0, 0, planeHeight - h, planeWidth - w]), 0); // where the stride is larger than the kernel
  const interleaveColumns = (row: number): Value =>
    b.concat(
      phases.map((at) => b.reshape(planes.get(`${row},${at}`) ?? zeros, [n, c, planeHeight, 1, planeWidth, 1])),
      5,
    );
  const interleaved = b.reshape(b.concat(phases.map(interleaveColumns), 3), [n, c, planeHeight * stride, planeWidth * stride]);
  return b.slice(interleaved, [2, 3], [pad, pad], [pad + height, pad + width]);
}
