import type { PadAttrs } from '../attributes.ts';
import type { Primitive } from '../primitive.ts';
import { allAxes } from '../shapes.ts';
import { float } from '../value.ts';

/** Pads each axis with a constant before and after. */
export const pad: Primitive<PadAttrs> = {
  name: 'pad',
  types: ([x], { before, after }) => [float(x!.shape.map((d, i) => d + before[i]! + after[i]!))],
  gradient: (b, { inputs: [x], attrs: { before }, gradient }) => [
    b.slice(
      gradient,
      allAxes(x!.shape),
      before,
      x!.shape.map((d, i) => before[i]! + d),
    ),
  ],
  onnx({ inputs: [x], attrs: { before, after, value }, ints, scalar }) {
    const widths = ints([...before, ...after]);
    return { op: 'Pad', inputs: value === 0 ? [x!, widths] : [x!, widths, scalar(value)], attrs: { mode: 'constant' } };
  },
  tensorflow: {
    run: (tf, [x], { before, after, value }) =>
      tf.pad(
        x!,
        before.map((n, i) => [n, after[i]!]),
        value,
      ),
  },
};
