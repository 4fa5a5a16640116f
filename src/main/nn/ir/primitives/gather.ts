import type { Primitive } from '../primitive.ts';
import { float } from '../value.ts';

export interface GatherAttrs {
  indices: readonly number[];
  axis: number;
}

/** The entries of these indices along an axis, in this order. */
export const gather: Primitive<GatherAttrs> = {
  name: 'gather',
  types([x], { indices, axis }) {
    const size = x!.shape[axis];
    if (size === undefined || indices.some((i) => i < 0 || i >= size))
      throw new Error(`[${x!.shape}] has no entries [${indices}] along axis ${axis}.`);
    return [float(x!.shape.with(axis, indices.length))];
  },
  /** Each entry takes the sum of the gradients at its places. Written for short lists: as many operations as indices. */
  gradient(b, { inputs: [x], attrs: { indices, axis }, gradient }) {
    const at = (place: number) => b.slice(gradient, [axis], [place], [place + 1]);
    const none = b.filled(0, gradient.shape.with(axis, 1));
    const entries = Array.from({ length: x!.shape[axis]! }, (_, entry) => {
      const places = indices.flatMap((index, place) => (index === entry ? [place] : []));
      return places.length ? places.map(at).reduce((sum, part) => b.add(sum, part)) : none;
    });
    return [b.concat(entries, axis)];
  },
  onnx: ({ inputs: [x], attrs: { indices, axis }, ints }) => ({ op: 'Gather', inputs: [x!, ints(indices)], attrs: { axis } }),
  tensorflow: { run: (tf, [x], { indices, axis }) => tf.gather(x!, [...indices], axis) },
};
