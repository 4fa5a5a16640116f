import type { Emitter, Ref } from '../emit.ts';
import { BETA1, BETA2, decays, EPSILON, type HostScalars, type Optimizer, type StepScalars } from './optimizer.ts';

/** Kingma & Ba 2015: the new moments and the step lr * m^ / (sqrt(v^) + eps). */
export function adamStep(e: Emitter, g: Ref, m: Ref, v: Ref, s: StepScalars): { step: Ref; m: Ref; v: Ref } {
  const m1 = e.add(e.scale(m, BETA1), e.scale(g, 1 - BETA1));
  const v1 = e.add(e.scale(v, BETA2), e.scale(e.square(g), 1 - BETA2));
  const denominator = e.add(e.sqrt(e.mul(v1, s.correction2)), e.scalar(EPSILON));
  return { step: e.div(e.mul(m1, e.mul(s.lr, s.correction1)), denominator), m: m1, v: v1 };
}

/** `adamStep` in place: p = p (1 - lr shrink) - step, with the gradient factor g + pull p. */
export function adamInPlace(
  p: Float32Array,
  g: Float32Array,
  [m, v]: readonly Float32Array[],
  { lr, correction1, correction2, factor }: HostScalars,
  { pull, shrink }: { pull: number; shrink: number },
): void {
  const rate = lr * correction1;
  const kept = 1 - lr * shrink;
  for (let i = 0; i < p.length; i++) {
    const slope = factor * g[i]! + pull * p[i]!;
    const first = BETA1 * m![i]! + (1 - BETA1) * slope;
    const second = BETA2 * v![i]! + (1 - BETA2) * slope * slope;
    m![i] = first;
    v![i] = second;
    p[i] = kept * p[i]! - (rate * first) / (Math.sqrt(second * correction2) + EPSILON);
  }
}

/** Adam; weight decay, if any, is L2 regularisation added to the gradient. */
export const adam: Optimizer = {
  slots: ['m', 'v'],
  update(e, p, gradient, [m, v], s, { weightDecay }) {
    const g = weightDecay > 0 && decays(p) ? e.add(gradient, e.scale(p, weightDecay)) : gradient;
    const next = adamStep(e, g, m!, v!, s);
    return { parameter: e.sub(p, next.step), state: [next.m, next.v] };
  },
  updateInPlace: (p, g, state, s) => {
    adamInPlace(p, g, state, s, { pull: s.weightDecay, shrink: 0 });
  },
};
