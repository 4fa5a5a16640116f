import type { Primitive } from '../primitive.ts';
import { expectShape } from '../shapes.ts';

/** Concatenation along an axis. */
export const concat: Primitive<{ axis: number }> = {
  name: 'concat',
  types([first, ...rest], { axis }) {
    const shape = [...first!.shape];
    for (const other of rest) {
      expectShape(other.shape.with(axis, 0), first!.shape.with(axis, 0), `A part of a concatenation, with axis ${axis} set to 0,`);
      shape[axis]! += other.shape[axis]!;
    }
    return [{ ...first!, shape }];
  },
  gradient(b, { inputs, attrs: { axis }, gradient, needs }) {
    let end = 0;
    return inputs.map((x, i) => {
      const start = end;
      end += x.shape[axis]!;
      return needs[i] ? b.slice(gradient, [axis], [start], [end]) : null;
    });
  },
  onnx: ({ attrs: { axis } }) => ({ op: 'Concat', attrs: { axis } }),
  tensorflow: { run: (tf, parts, { axis }) => tf.concat([...parts], axis) },
};
