import type { OptimizerName } from '../../../shared/run.ts';
import type { Emitter, Ref } from '../emit.ts';
import { adam } from './adam.ts';
import { adamw } from './adamw.ts';
import type { Optimizer } from './optimizer.ts';
import { sgd } from './sgd.ts';

export const OPTIMIZERS: Record<OptimizerName, Optimizer> = { sgd, adam, adamw };

/** The global L2 norm of all gradients, []. */
export function globalNorm(e: Emitter, gradients: readonly Ref[]): Ref {
  const squares = gradients.map((g) =>
    e.sum(
      e.square(g),
      g.shape.map((_, i) => i),
      false,
    ),
  );
  return e.sqrt(squares.reduce((sum, one) => e.add(sum, one))); // only the CPU has an operator for a sum of many
}

/** The same of gradients in memory. */
export function globalNormOf(gradients: Iterable<Float32Array>): number {
  let total = 0;
  for (const g of gradients) {
    let [a, b, c, d] = [0, 0, 0, 0]; // four chains of additions at once
    const whole = g.length - (g.length % 4);
    for (let i = 0; i < whole; i += 4) {
      a += g[i]! * g[i]!;
      b += g[i + 1]! * g[i + 1]!;
      c += g[i + 2]! * g[i + 2]!;
      d += g[i + 3]! * g[i + 3]!;
    }
    for (let i = whole; i < g.length; i++) a += g[i]! * g[i]!;
    total += a + b + c + d;
  }
  return Math.sqrt(total);
}

/** What `clipped` multiplies gradients of this norm by. */
export const clipFactor = (norm: number, limit: number): number => Math.min(1, limit / (norm + 1e-6));

/** Scales gradients so that their global norm is at most `limit` (Pascanu, Mikolov & Bengio 2013). */
export function clipped(e: Emitter, gradients: readonly Ref[], norm: Ref, limit: number): Ref[] {
  const factor = e.min(e.scalar(1), e.div(e.scalar(limit), e.add(norm, e.scalar(1e-6))));
  return gradients.map((g) => e.mul(g, factor));
}
