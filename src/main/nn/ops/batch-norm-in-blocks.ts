import type { Emitter, Ref } from '../emit.ts';
import { sizeOf } from '../ir/tensor.ts';
import type { BatchNormAttrs } from './batch-norm.ts';

/**
 * Batch normalisation of maps that lie in blocks of channels, said with onnxruntime's convolutions on those, each of which goes
 * through a map once and with all threads. The sums are those of batch-norm.ts.
 */
export function batchNormInBlocks(
  e: Emitter,
  [x, gamma, beta]: readonly Ref[],
  { epsilon }: BatchNormAttrs,
): { outputs: Ref[]; saved: Record<string, Ref> } {
  const count = countOf(x!);
  const mean = channelMean(e, x!);
  const centred = scaled(e, x!, e.constant(new Float32Array(gamma!.shape[0]!).fill(1), gamma!.shape), e.scale(mean, -1));
  const variance = e.scale(channelProduct(e, centred, centred), 1 / count);
  const inverse = e.div(e.scalar(1), e.sqrt(e.add(variance, e.scalar(epsilon))));
  const factor = e.mul(gamma!, inverse);
  const y = scaled(e, centred, factor, beta!);
  return { outputs: [y, mean, e.scale(variance, count / (count - 1))], saved: { centred, inverse, factor } };
}

/** Gradients of x, gamma and beta. */
export function batchNormGradientInBlocks(
  e: Emitter,
  saved: Readonly<Record<string, Ref>>,
  gradient: Ref,
  needs: readonly boolean[],
): (Ref | null)[] {
  const { centred, inverse, factor } = saved as { centred: Ref; inverse: Ref; factor: Ref };
  const g = e.inBlocks(gradient);
  const mean = channelMean(e, g);
  const along = e.mul(channelProduct(e, g, centred), inverse);
  const pull = e.scale(e.mul(e.mul(along, inverse), factor), -1 / countOf(g));
  const shift = e.scale(e.mul(mean, factor), -1);
  return [
    needs[0] ? scaled(e, g, factor, shift, scaled(e, centred, pull, null)) : null,
    needs[1] ? along : null,
    needs[2] ? e.scale(mean, countOf(g)) : null,
  ];
}

/** x * factor + shift + more, with one factor and one shift a channel, [C]. */
function scaled(e: Emitter, x: Ref, factor: Ref, shift: Ref | null, more?: Ref): Ref {
  const c = x.shape[1]!;
  return e.blockConv(x, e.reshape(factor, [c, 1, 1, 1]), { stride: 1, pads: [0, 0, 0, 0], group: c, bias: shift, ...(more ? { more } : {}) });
}

/** Mean over images and places, [C]. */
function channelMean(e: Emitter, x: Ref): Ref {
  return e.mean(e.blockMean(x), [0, 2, 3], false);
}

/** Sum over images and places of a * b, [C]: each channel of a under a kernel as large as it, the same channel of b. */
function channelProduct(e: Emitter, a: Ref, b: Ref): Ref {
  const [n, c, h, w] = a.shape as [number, number, number, number];
  const maps = e.reshapedAsItLies(a, [1, n * c, h, w]);
  const kernels = e.reshapedAsItLies(b, [n * c, 1, h, w]);
  const products = e.blockConv(maps, kernels, { stride: 1, pads: [0, 0, 0, 0], group: n * c });
  return e.sum(e.reshape(products, [n, c]), [0], false);
}

const countOf = (x: Ref): number => sizeOf(x.shape) / x.shape[1]!;
