import type { OptimizerName } from '../../../shared/run.ts';
import type { Operations } from '../ir/operations.ts';
import { allAxes } from '../ir/shapes.ts';
import type { Value } from '../ir/value.ts';
import { adam } from './adam.ts';
import { adamw } from './adamw.ts';
import type { Optimizer } from './optimizer.ts';
import { sgd } from './sgd.ts';

export const OPTIMIZERS: Record<OptimizerName, Optimizer> = { sgd, adam, adamw };

/** The global L2 norm of all gradients, []. */
export function globalNorm(b: Operations, gradients: readonly Value[]): Value {
  const squares = gradients.map((g) => b.sum(b.square(g), allAxes(g.shape)));
  return b.sqrt(squares.reduce((sum, one) => b.add(sum, one))); // pairwise, because only the CPU provider has ONNX's Sum of many tensors
}

/** The global L2 norm of gradients in memory. */
export function globalNormOf(gradients: Iterable<Float32Array>): number {
  let total = 0;
  for (const g of gradients) {
    let [a, b, c, d] = [0, 0, 0, 0]; // four independent sums, so that additions overlap in the CPU's pipeline
    const unrolledEnd = g.length - (g.length % 4);
    for (let i = 0; i < unrolledEnd; i += 4) {
      a += g[i]! * g[i]!;
      b += g[i + 1]! * g[i + 1]!;
      c += g[i + 2]! * g[i + 2]!;
      d += g[i + 3]! * g[i + 3]!;
    }
    for (let i = unrolledEnd; i < g.length; i++) a += g[i]! * g[i]!;
    total += a + b + c + d;
  }
  return Math.sqrt(total);
}

/** The factor by which `clipGradients` scales gradients of this norm. */
export const clipFactor = (norm: number, limit: number): number => Math.min(1, limit / (norm + 1e-6));

/** Scales gradients so that their global norm is at most `limit` (Pascanu, Mikolov & Bengio 2013). */
export function clipGradients(b: Operations, gradients: readonly Value[], norm: Value, limit: number): Value[] {
  const factor = b.minimum(b.scalar(1), b.div(b.scalar(limit), b.add(norm, b.scalar(1e-6))));
  return gradients.map((g) => b.mul(g, factor));
}
