import type { Optimizer } from './optimizer.ts';

export const MOMENTUM = 0.9;

/** Stochastic gradient descent with momentum 0.9 (PyTorch's form): v = 0.9 v + g + decay p; p = p - lr v. */
export const sgd: Optimizer = {
  slots: ['velocity'],
  update(e, p, gradient, [velocity], { lr }, { weightDecay }) {
    const g = weightDecay > 0 ? e.add(gradient, e.scale(p, weightDecay)) : gradient;
    const v = e.add(e.scale(velocity!, MOMENTUM), g);
    return { parameter: e.sub(p, e.mul(lr, v)), state: [v] };
  },
};
