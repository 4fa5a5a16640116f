import type { Operations } from '../ir/operations.ts';
import { expectRank, expectShape } from '../ir/shapes.ts';
import type { Value } from '../ir/value.ts';

/** x W^T + bias: x [N, I], W [O, I], bias [O] -> [N, O] (PyTorch's Linear). */
export function dense(b: Operations, x: Value, weight: Value, bias: Value): Value {
  expectRank(x.shape, 2, 'The input of a dense layer');
  expectShape(weight.shape, [weight.shape[0]!, x.shape[1]!], 'Dense weights');
  expectShape(bias.shape, [weight.shape[0]!], 'A dense bias');
  return b.matmul(x, weight, { transposeB: true }, bias);
}
