import { type Arithmetic, BETA1, BETA2, EPSILON, type Optimizer, type StepScalars } from './optimizer.ts';

/** Kingma & Ba 2015, algorithm 1: the new moments m and v, and the step lr * m^ / (sqrt(v^) + eps) with bias-corrected m^ and v^. */
export function adamStep<T>(e: Arithmetic<T>, g: T, m: T, v: T, s: StepScalars<T>): { step: T; m: T; v: T } {
  const m1 = e.add(e.scale(m, BETA1), e.scale(g, 1 - BETA1));
  const v1 = e.add(e.scale(v, BETA2), e.scale(e.square(g), 1 - BETA2));
  const denominator = e.add(e.sqrt(e.mul(v1, s.correction2)), e.scalar(EPSILON));
  return { step: e.div(e.mul(m1, e.mul(s.lr, s.correction1)), denominator), m: m1, v: v1 };
}

/** Adam. Weight decay is L2 regularisation: it is added to the gradient. */
export const adam: Optimizer = {
  slots: ['m', 'v'],
  update(e, p, gradient, [m, v], s, { weightDecay }) {
    const g = weightDecay > 0 ? e.add(gradient, e.scale(p, weightDecay)) : gradient;
    const next = adamStep(e, g, m!, v!, s);
    return { parameter: e.sub(p, next.step), state: [next.m, next.v] };
  },
};
