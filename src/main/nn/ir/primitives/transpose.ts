import type { Primitive } from '../primitive.ts';

/** Axis i of the result is axis perm[i] of x. */
export const transpose: Primitive<{ perm: readonly number[] }> = {
  name: 'transpose',
  types([x], { perm }) {
    if (perm.toSorted((a, b) => a - b).some((axis, i) => axis !== i) || perm.length !== x!.shape.length)
      throw new Error(`[${x!.shape}] can't be transposed by [${perm}].`);
    return [{ ...x!, shape: perm.map((axis) => x!.shape[axis]!) }];
  },
  gradient: (b, { attrs: { perm }, gradient }) => [
    b.transpose(
      gradient,
      perm.map((_, axis) => perm.indexOf(axis)),
    ),
  ],
  onnx: ({ attrs: { perm } }) => ({ op: 'Transpose', attrs: { perm } }),
  tensorflow: { run: (tf, [x], { perm }) => tf.transpose(x!, [...perm]) },
};
