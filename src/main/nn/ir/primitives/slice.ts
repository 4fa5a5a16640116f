import type { SliceAttrs } from '../attributes.ts';
import type { Operations } from '../operations.ts';
import type { Primitive } from '../primitive.ts';
import type { LibraryTensor, TensorLibrary } from '../tensor-library.ts';
import type { Value } from '../value.ts';

/** x[start:end:step] along each of `axes`. */
export const slice: Primitive<SliceAttrs> = {
  name: 'slice',
  types([x], { axes, starts, ends, steps }) {
    const shape = [...x!.shape];
    axes.forEach((axis, i) => {
      const [start, end, step] = [starts[i]!, ends[i]!, steps[i]!];
      if (step < 1 || start < 0 || end > x!.shape[axis]! || start >= end)
        throw new Error(`[${x!.shape}] has no slice ${start}:${end}:${step} along axis ${axis}.`);
      shape[axis] = Math.ceil((end - start) / step);
    });
    return [{ ...x!, shape }];
  },
  gradient: (b, { inputs: [x], attrs, gradient }) => [scatterIntoZeros(b, gradient, x!.shape, attrs)],
  onnx: ({ inputs: [x], attrs: { axes, starts, ends, steps }, ints }) => ({
    op: 'Slice',
    inputs: [x!, ints(starts), ints(ends), ints(axes), ints(steps)],
  }),
  tensorflow: { run: (tf, [x], attrs) => sliceTensor(tf, x!, attrs) },
};

/** A step above 1 is a gather: TF.js's strided slice has no gradient. */
function sliceTensor<T extends LibraryTensor>(tf: TensorLibrary<T>, x: T, { axes, starts, ends, steps }: SliceAttrs): T {
  if (steps.some((step) => step > 1)) {
    return axes.reduce((sliced, axis, i) => {
      const count = Math.ceil((ends[i]! - starts[i]!) / steps[i]!);
      return tf.gather(
        sliced,
        Array.from({ length: count }, (_, k) => starts[i]! + k * steps[i]!),
        axis,
      );
    }, x);
  }
  const begin = x.shape.map((_, axis) => (axes.includes(axis) ? starts[axes.indexOf(axis)]! : 0));
  const size = x.shape.map((d, axis) => (axes.includes(axis) ? ends[axes.indexOf(axis)]! - begin[axis]! : d));
  return tf.slice(x, begin, size);
}

/** Scatters a slice's gradient into zeros of `shape`: step - 1 zeros after each entry, then zeros before the start and after the end. */
function scatterIntoZeros(b: Operations, gradient: Value, shape: readonly number[], { axes, starts, steps }: SliceAttrs): Value {
  let spread = gradient;
  axes.forEach((axis, i) => {
    const step = steps[i]!;
    if (step === 1) return;
    const [lead, rest] = [spread.shape.slice(0, axis + 1), spread.shape.slice(axis + 1)];
    const zeros = [...lead.map(() => 0), step - 1, ...rest.map(() => 0)];
    const padded = b.pad(b.reshape(spread, [...lead, 1, ...rest]), [...zeros].fill(0), zeros);
    const dilated = b.reshape(padded, [...lead.slice(0, -1), lead.at(-1)! * step, ...rest]);
    const length = Math.min(dilated.shape[axis]!, shape[axis]! - starts[i]!); // the last zeros may exceed the axis
    spread = length === dilated.shape[axis] ? dilated : b.slice(dilated, [axis], [0], [length]);
  });
  const before = shape.map((_, axis) => (axes.includes(axis) ? starts[axes.indexOf(axis)]! : 0));
  return b.pad(
    spread,
    before,
    shape.map((d, axis) => d - before[axis]! - spread.shape[axis]!),
  );
}
