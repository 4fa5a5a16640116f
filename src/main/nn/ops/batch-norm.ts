import { batchNormGradientInBlocks, batchNormInBlocks } from './batch-norm-in-blocks.ts';
import { expectRank, expectShape, type Op } from './op.ts';

export interface BatchNormAttrs {
  epsilon: number;
}

/**
 * Batch normalisation over the statistics of this batch (Ioffe & Szegedy 2015): x [N, C, H, W], gamma [C], beta [C].
 * Outputs: y, the batch mean [C] and the unbiased batch variance [C] (what the running statistics follow).
 */
export const batchNorm: Op<BatchNormAttrs> = {
  shapes([x, gamma, beta]) {
    expectRank(x!, 4, 'The input of a batch norm');
    expectShape(gamma!, [x![1]!], 'gamma');
    expectShape(beta!, [x![1]!], 'beta');
    if (x![0]! * x![2]! * x![3]! < 2) throw new Error(`Batch statistics need more than one value a channel, not [${x!}].`);
    return [x!, gamma!, gamma!];
  },
  forward(e, [x, gamma, beta], { epsilon }) {
    if (x!.blocked) return batchNormInBlocks(e, [x!, gamma!, beta!], { epsilon });
    const [n, c, h, w] = x!.shape as [number, number, number, number];
    const count = n * h * w;
    const mean = e.mean(x!, [0, 2, 3], true); // [1, C, 1, 1]
    const centred = e.sub(x!, mean);
    const variance = e.mean(e.square(centred), [0, 2, 3], true);
    const inverse = e.div(e.scalar(1), e.sqrt(e.add(variance, e.scalar(epsilon))));
    const factor = e.mul(e.reshape(gamma!, [1, c, 1, 1]), inverse);
    const y = e.add(e.mul(centred, factor), e.reshape(beta!, [1, c, 1, 1]));
    const unbiased = e.scale(variance, count / (count - 1));
    return { outputs: [y, e.reshape(mean, [c]), e.reshape(unbiased, [c])], saved: { centred, inverse, factor } };
  },
  gradient(e, { saved, gradient: g, needs }) {
    if (saved.centred!.blocked) return batchNormGradientInBlocks(e, saved, g, needs);
    const { centred, inverse, factor } = saved as { centred: typeof g; inverse: typeof g; factor: typeof g };
    const c = [g.shape[1]!];
    const count = g.shape[0]! * g.shape[2]! * g.shape[3]!;
    const sum = e.sum(g, [0, 2, 3], true); // [1, C, 1, 1]
    const along = e.mul(e.sum(e.mul(g, centred), [0, 2, 3], true), inverse); // sum of g * normalised x
    // dx = gamma / sqrt(var) * (g - mean(g) - normalised * mean(g * normalised))
    const pull = e.mul(centred, e.scale(e.mul(along, inverse), 1 / count));
    return [
      needs[0] ? e.mul(factor, e.sub(e.sub(g, e.scale(sum, 1 / count)), pull)) : null,
      needs[1] ? e.reshape(along, c) : null,
      needs[2] ? e.reshape(sum, c) : null,
    ];
  },
};
