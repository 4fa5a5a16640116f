import type { Primitive } from '../primitive.ts';
import { float } from '../value.ts';

export interface GatherAttrs {
  indices: readonly number[];
  axis: number;
}

/** The entries of x at `indices` along an axis, in that order. */
export const gather: Primitive<GatherAttrs> = {
  name: 'gather',
  types([x], { indices, axis }) {
    const size = x!.shape[axis];
    if (size === undefined || indices.some((i) => i < 0 || i >= size))
      throw new Error(`[${x!.shape}] has no entries [${indices}] along axis ${axis}.`);
    return [float(x!.shape.with(axis, indices.length))];
  },
  /** An entry's gradient is the sum over the positions that read it. Meant for short lists: one slice per index. */
  gradient(b, { inputs: [x], attrs: { indices, axis }, gradient }) {
    const sliceAt = (position: number) => b.slice(gradient, [axis], [position], [position + 1]);
    const zeros = b.filled(0, gradient.shape.with(axis, 1));
    const entries = Array.from({ length: x!.shape[axis]! }, (_, entry) => {
      const positions = indices.flatMap((index, position) => (index === entry ? [position] : []));
      return positions.length ? positions.map(sliceAt).reduce((sum, part) => b.add(sum, part)) : zeros;
    });
    return [b.concat(entries, axis)];
  },
  onnx: ({ inputs: [x], attrs: { indices, axis }, ints }) => ({ op: 'Gather', inputs: [x!, ints(indices)], attrs: { axis } }),
  tensorflow: { run: (tf, [x], { indices, axis }) => tf.gather(x!, [...indices], axis) },
};
