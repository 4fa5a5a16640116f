import type { Operations } from '../operations.ts';
import { broadcastShape, sameShape } from '../shapes.ts';
import { float, type Shape, type TensorType, type Value } from '../value.ts';

/** Of two operands that broadcast. */
export const broadcastTypes = ([a, b]: readonly TensorType[]): TensorType[] => [float(broadcastShape(a!.shape, b!.shape))];

/** The gradient of an operand that was broadcast: summed over the axes along which it was repeated. */
export function sumTo(b: Operations, gradient: Value, shape: Shape): Value {
  if (sameShape(gradient.shape, shape)) return gradient;
  const lead = gradient.shape.length - shape.length;
  const axes = gradient.shape.flatMap((d, i) => (i < lead || (shape[i - lead] === 1 && d !== 1) ? [i] : []));
  const sum = axes.length ? b.sum(gradient, axes) : gradient;
  return sameShape(sum.shape, shape) ? sum : b.reshape(sum, shape);
}
