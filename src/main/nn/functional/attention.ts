import type { Operations } from '../ir/operations.ts';
import type { Value } from '../ir/value.ts';
import { softmax } from './softmax.ts';

/**
 * Scaled dot-product attention (Vaswani et al. 2017, equation 1): softmax(Q K^T / sqrt d) V over the last two axes.
 * Q [..., n, d], K [..., m, d], V [..., m, e] -> [..., n, e]. Leading axes (images, heads) are batch axes.
 */
export function attention(b: Operations, query: Value, key: Value, value: Value): Value {
  const scores = b.matmul(b.scale(query, 1 / Math.sqrt(query.shape.at(-1)!)), key, { transposeB: true }); // [..., n, m]
  return b.matmul(softmax(b, scores), value);
}
