import { adamStep } from './adam.ts';
import type { Optimizer } from './optimizer.ts';

/** Adam with decoupled weight decay (Loshchilov & Hutter 2019): p = p (1 - lr decay) - step. */
export const adamw: Optimizer = {
  slots: ['m', 'v'],
  update(e, p, gradient, [m, v], s, { weightDecay }) {
    const next = adamStep(e, gradient, m!, v!, s);
    const decayed = weightDecay > 0 ? e.sub(p, e.mul(e.scale(p, weightDecay), s.lr)) : p;
    return { parameter: e.sub(decayed, next.step), state: [next.m, next.v] };
  },
};
