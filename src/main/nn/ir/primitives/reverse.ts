import type { Primitive } from '../primitive.ts';

/** The elements along `axes` in reverse order. */
export const reverse: Primitive<{ axes: readonly number[] }> = {
  name: 'reverse',
  types: ([x]) => [x!],
  gradient: (b, { attrs: { axes }, gradient }) => [b.reverse(gradient, axes)],
  onnx({ inputs: [x], attrs: { axes }, ints }) {
    const fill = (value: number): string => ints(axes.map(() => value));
    return { op: 'Slice', inputs: [x!, fill(-1), fill(-(2 ** 31)), ints(axes), fill(-1)] };
  },
  tensorflow: { run: (tf, [x], { axes }) => tf.reverse(x!, [...axes]) },
};
