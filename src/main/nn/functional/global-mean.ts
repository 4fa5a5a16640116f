import type { Operations } from '../ir/operations.ts';
import { expectRank } from '../ir/shapes.ts';
import type { Value } from '../ir/value.ts';

/** Global average pooling: [N, C, h, w] -> [N, C]. */
export function globalMean(b: Operations, x: Value): Value {
  expectRank(x.shape, 4, 'A feature map');
  return b.mean(x, [2, 3]);
}
