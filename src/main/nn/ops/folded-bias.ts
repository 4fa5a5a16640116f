import type { FoldAttrs } from './folded-kernel.ts';
import { expectShape, type Op } from './op.ts';

/**
 * The bias that a frozen batch norm leaves to its convolution: beta - mean * gamma / sqrt(var + epsilon). Inputs:
 * gamma, beta, mean, var, all [O]. Mean and variance are statistics: no gradient.
 */
export const foldedBias: Op<FoldAttrs> = {
  shapes([gamma, ...rest]) {
    rest.forEach((shape) => {
      expectShape(shape, gamma!, 'beta, mean and variance');
    });
    return [gamma!];
  },
  forward(e, [gamma, beta, mean, variance], { epsilon }) {
    const normal = e.div(mean!, e.sqrt(e.add(variance!, e.scalar(epsilon))));
    return { outputs: [e.sub(beta!, e.mul(normal, gamma!))], saved: { normal } };
  },
  gradient(e, { saved, gradient, needs }) {
    return [needs[0] ? e.scale(e.mul(gradient, saved.normal!), -1) : null, needs[1] ? gradient : null, null, null];
  },
};
