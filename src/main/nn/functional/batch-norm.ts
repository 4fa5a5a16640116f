import type { ProgramBuilder } from '../ir/build/builder.ts';
import type { Operations } from '../ir/operations.ts';
import { expectRank, expectShape } from '../ir/shapes.ts';
import { sizeOf } from '../ir/tensor.ts';
import type { Shape, Value } from '../ir/value.ts';
import { withGradient } from './with-gradient.ts';

export interface NormOptions {
  epsilon: number;
}

/**
 * Batch normalisation with this batch's statistics (Ioffe & Szegedy 2015): x [N, C, H, W], gamma [C], beta [C] -> y, the batch
 * mean [C] and the unbiased batch variance [C]. Running statistics are updated from the last two.
 */
export function batchNorm(b: ProgramBuilder, x: Value, gamma: Value, beta: Value, o: NormOptions): [y: Value, mean: Value, variance: Value] {
  expectRank(x.shape, 4, 'The input of a batch norm');
  expectShape(gamma.shape, [x.shape[1]!], 'gamma');
  expectShape(beta.shape, [x.shape[1]!], 'beta');
  if (countOf(x.shape) < 2) throw new Error(`Batch statistics need more than one value per channel, not [${x.shape}].`);
  return normalise(b, [x, gamma, beta], o) as [Value, Value, Value];
}

/**
 * The hand-written gradient rule computes 5 map-sized results, the rules of the primitives 9. Map-sized operations dominate a
 * step's time.
 */
const normalise = withGradient(
  (b, [x, gamma, beta], { epsilon }: NormOptions) => {
    const count = countOf(x!.shape);
    const mean = b.mean(x!, SPACE_AND_BATCH); // [C]
    const centred = b.sub(x!, channelwise(b, mean));
    const variance = b.mean(b.square(centred), SPACE_AND_BATCH);
    const inverseDeviation = b.div(b.scalar(1), b.sqrt(b.add(variance, b.scalar(epsilon))));
    const factor = b.mul(gamma!, inverseDeviation);
    const y = b.add(b.mul(centred, channelwise(b, factor)), channelwise(b, beta!));
    return { outputs: [y, mean, b.scale(variance, count / (count - 1))], saved: { centred, inverseDeviation, factor } };
  },
  // With g = dY, normalised = centred / deviation and factor = gamma / deviation:
  // dX = factor (g - mean(g) - normalised mean(g normalised)), dGamma = sum(g normalised), dBeta = sum(g).
  (b, { saved: { centred, inverseDeviation, factor }, gradient: g, needs }) => {
    const count = countOf(g.shape);
    const dGamma = b.mul(b.sum(b.mul(g, centred), SPACE_AND_BATCH), inverseDeviation); // [C]
    const mean = b.mean(g, SPACE_AND_BATCH);
    const slope = b.scale(b.mul(b.mul(dGamma, inverseDeviation), factor), -1 / count);
    const shift = b.scale(b.mul(mean, factor), -1);
    const scaled = b.add(b.mul(g, channelwise(b, factor)), channelwise(b, shift));
    return [needs[0] ? b.add(scaled, b.mul(centred, channelwise(b, slope))) : null, needs[1] ? dGamma : null, needs[2] ? b.scale(mean, count) : null];
  },
);

const SPACE_AND_BATCH = [0, 2, 3];

/** [C] -> [1, C, 1, 1], which broadcasts over a map. */
const channelwise = (b: Operations, x: Value): Value => b.reshape(x, [1, x.shape[0]!, 1, 1]);

const countOf = (shape: Shape): number => sizeOf(shape) / shape[1]!; // values per channel

/** Tensors of a batch norm with frozen statistics, each [O]. */
export interface FrozenNorm {
  gamma: Value;
  beta: Value;
  mean: Value;
  variance: Value;
}

/**
 * The kernel [O, I, kh, kw] and bias [O] of a convolution with a frozen batch norm folded into it:
 * W gamma / sqrt(var + epsilon) and beta - mean gamma / sqrt(var + epsilon).
 */
export function foldBatchNorm(
  b: Operations,
  kernel: Value,
  { gamma, beta, mean, variance }: FrozenNorm,
  { epsilon }: NormOptions,
): [kernel: Value, bias: Value] {
  const out = kernel.shape[0]!;
  for (const [name, value] of Object.entries({ gamma, beta, mean, variance })) expectShape(value.shape, [out], name);
  const deviation = b.sqrt(b.add(variance, b.scalar(epsilon)));
  const factor = b.reshape(b.div(gamma, deviation), [out, 1, 1, 1]);
  return [b.mul(kernel, factor), b.sub(beta, b.mul(b.div(mean, deviation), gamma))];
}
