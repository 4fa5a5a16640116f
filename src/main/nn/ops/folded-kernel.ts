import { expectShape, type Op } from './op.ts';

export interface FoldAttrs {
  epsilon: number;
}

/**
 * The kernel of a convolution with a frozen batch norm folded into it: W * gamma / sqrt(var + epsilon), per output
 * channel. Inputs: W [O, I, kh, kw], gamma [O], var [O]. The running variance is a statistic: it has no gradient.
 */
export const foldedKernel: Op<FoldAttrs> = {
  shapes([w, gamma, variance]) {
    expectShape(gamma!, [w![0]!], 'gamma');
    expectShape(variance!, [w![0]!], 'The running variance');
    return [w!];
  },
  forward(e, [w, gamma, variance], { epsilon }) {
    const deviation = e.sqrt(e.add(variance!, e.scalar(epsilon)));
    const factor = e.reshape(e.div(gamma!, deviation), [w!.shape[0]!, 1, 1, 1]);
    return { outputs: [e.mul(w!, factor)], saved: { deviation, factor } };
  },
  gradient(e, { inputs: [w], saved, gradient, needs }) {
    return [
      needs[0] ? e.mul(gradient, saved.factor!) : null,
      needs[1] ? e.div(e.sum(e.mul(gradient, w!), [1, 2, 3], false), saved.deviation!) : null,
      null,
    ];
  },
};
