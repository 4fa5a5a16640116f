import type { Operations } from '../ir/operations.ts';
import { expectShape } from '../ir/shapes.ts';
import type { Value } from '../ir/value.ts';

/** Layer normalisation over the last axis (Ba, Kiros & Hinton 2016): x [..., C], gamma [C], beta [C]. The variance is biased (divided by C). */
export function layerNorm(b: Operations, x: Value, gamma: Value, beta: Value, { epsilon }: { epsilon: number }): Value {
  const last = x.shape.length - 1;
  expectShape(gamma.shape, [x.shape[last]!], 'gamma');
  expectShape(beta.shape, gamma.shape, 'beta');
  const centred = b.sub(x, b.mean(x, [last], true));
  const variance = b.mean(b.square(centred), [last], true);
  const normal = b.div(centred, b.sqrt(b.add(variance, b.scalar(epsilon))));
  return b.add(b.mul(normal, gamma), beta);
}
