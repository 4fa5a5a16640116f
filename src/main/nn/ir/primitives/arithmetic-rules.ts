import type { Operations } from '../operations.ts';
import { broadcastShape, sameShape } from '../shapes.ts';
import type { LibraryTensor, TensorLibrary } from '../tensor-library.ts';
import { float, type Shape, type TensorType, type Value } from '../value.ts';

/** Type rule of two operands that broadcast. */
export const broadcastTypes = ([a, b]: readonly TensorType[]): TensorType[] => [float(broadcastShape(a!.shape, b!.shape))];

/** Gradient of an operand of `shape` that was broadcast: `gradient` summed over the axes along which the operand was repeated. */
export function sumTo(b: Operations, gradient: Value, shape: Shape): Value {
  if (sameShape(gradient.shape, shape)) return gradient;
  const lead = gradient.shape.length - shape.length;
  const axes = gradient.shape.flatMap((_, i) => (i < lead || shape[i - lead] === 1 ? [i] : []));
  const isRepeated = axes.some((axis) => gradient.shape[axis] !== 1);
  const sum = isRepeated ? b.sum(gradient, axes) : gradient;
  return sameShape(sum.shape, shape) ? sum : b.reshape(sum, shape);
}

/** Broadcasts both operands, for operations whose TF.js gradient ignores broadcasting. */
export function broadcastBoth<T extends LibraryTensor>(tf: TensorLibrary<T>, a: T, b: T): [T, T] {
  const shape = broadcastShape(a.shape, b.shape);
  const to = (x: T): T => (sameShape(x.shape, shape) ? x : tf.broadcastTo(x, shape));
  return [to(a), to(b)];
}
