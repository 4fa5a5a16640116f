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
  return e.sqrt(squares.length === 1 ? squares[0]! : e.node('Sum', squares, []));
}

/** Scales gradients so that their global norm is at most `limit` (Pascanu, Mikolov & Bengio 2013). */
export function clipped(e: Emitter, gradients: readonly Ref[], norm: Ref, limit: number): Ref[] {
  const factor = e.min(e.scalar(1), e.div(e.scalar(limit), e.add(norm, e.scalar(1e-6))));
  return gradients.map((g) => e.mul(g, factor));
}
