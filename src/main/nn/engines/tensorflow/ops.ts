import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import type { ConvAttrs } from '../../ops/conv.ts';
import type { OpAttrs, OpName } from '../../ops/index.ts';
import type { MaxPoolAttrs } from '../../ops/max-pool.ts';
import { DISTANCE_EPSILON } from '../../ops/pair-distance.ts';
import { asMap, asPlain, type Held, map, plain } from './held.ts';
import type { Tf } from './library.ts';

type Forward<A> = (tf: Tf, inputs: readonly Held[], attrs: A) => Held[];

/** Lower than every feature, and finite: what pads a maximum. */
const LOWEST = -3.4e38;

/**
 * Every operation in TF.js's own words: only forward, since TF.js differentiates by itself. Shapes were checked when the
 * graph was built; src/main/nn/ops/ says what each one means.
 */
const FORWARD: { [N in OpName]: Forward<OpAttrs[N]> } = {
  add: (tf, [a, b]) => {
    if (a!.channelsLast !== b!.channelsLast) return [map(tf.add(asMap(tf, a!), asMap(tf, b!)))];
    return [{ ...a!, tensor: tf.add(a!.tensor, b!.tensor) }];
  },
  relu: (tf, [x]) => [{ ...x!, tensor: tf.relu(x!.tensor) }],
  relu6: (tf, [x]) => [{ ...x!, tensor: relu6(tf)(x!.tensor) }],
  conv: (tf, [x, w, bias], attrs) => {
    const y = convolve(tf, asMap(tf, x!), w!.tensor as Tensor4D, attrs);
    return [map(bias ? tf.add(y, bias.tensor) : y)];
  },
  foldedKernel: (tf, [w, gamma, variance], { epsilon }) => {
    const factor = tf.div(gamma!.tensor, tf.sqrt(tf.add(variance!.tensor, epsilon)));
    return [plain(tf.mul(w!.tensor, tf.reshape(factor, [-1, 1, 1, 1])))];
  },
  foldedBias: (tf, [gamma, beta, mean, variance], { epsilon }) => {
    const normal = tf.div(mean!.tensor, tf.sqrt(tf.add(variance!.tensor, epsilon)));
    return [plain(tf.sub(beta!.tensor, tf.mul(normal, gamma!.tensor)))];
  },
  batchNorm: (tf, [x, gamma, beta], { epsilon }) => {
    const features = asMap<Tensor4D>(tf, x!);
    const count = features.size / features.shape[3];
    const mean = tf.mean(features, [0, 1, 2]); // [C]
    const centred = tf.sub(features, mean);
    const variance = tf.mean(tf.square(centred), [0, 1, 2]);
    const factor = tf.div(gamma!.tensor, tf.sqrt(tf.add(variance, epsilon)));
    const y = tf.add(tf.mul(centred, factor), beta!.tensor);
    return [map(y), plain(mean), plain(tf.mul(variance, count / (count - 1)))];
  },
  maxPool: (tf, [x], attrs) => [map(pooled(tf, asMap(tf, x!), attrs))],
  globalMean: (tf, [x]) => [plain(tf.mean(asMap(tf, x!), [1, 2]))],
  dense: (tf, [x, w, b]) => [plain(tf.add(tf.matMul(asPlain(tf, x!) as Tensor2D, w!.tensor as Tensor2D, false, true), b!.tensor))],
  pairDistance: (tf, [x]) => {
    const [first, second] = tf.split(x!.tensor, 2, 0) as [Tensor, Tensor];
    const squared = tf.sum(tf.square(tf.sub(first, second)), 1);
    return [plain(tf.sqrt(tf.add(squared, DISTANCE_EPSILON ** 2)))];
  },
  contrastive: (tf, [distance, label], { margin }) => {
    const same = tf.mul(tf.sub(1, label!.tensor), tf.square(distance!.tensor));
    const different = tf.mul(label!.tensor, tf.square(tf.relu(tf.sub(margin, distance!.tensor))));
    return [plain(tf.mean(tf.add(same, different)))];
  },
};

/** The forward pass of one node. What it makes on the way is let go of. */
export function forward<N extends OpName>(tf: Tf, op: N, inputs: readonly Held[], attrs: OpAttrs[N]): Held[] {
  let layouts: boolean[] = [];
  const tensors = tf.tidy(() => {
    const held = (FORWARD[op] as Forward<OpAttrs[N]>)(tf, inputs, attrs);
    layouts = held.map((h) => h.channelsLast);
    return held.map((h) => h.tensor);
  });
  return tensors.map((tensor, i) => ({ tensor, channelsLast: layouts[i]! }));
}

/** TF.js's own gradient is 1 at 6 too, and takes three masks of the input to say so; this one needs its output alone. */
const relu6 = (tf: Tf): ((x: Tensor) => Tensor) =>
  tf.customGrad((input, keep) => {
    const y = tf.clipByValue(input as Tensor, 0, 6);
    (keep as (kept: Tensor[]) => void)([y]);
    return {
      value: y,
      gradFunc: (g: Tensor, [kept]: Tensor[]) => tf.mul(g, tf.cast(tf.logicalAnd(tf.greater(kept!, 0), tf.less(kept!, 6)), 'float32')),
    };
  });

/** x [N, H, W, C], kernel [O, I, kh, kw] as the graph has it. */
function convolve(tf: Tf, x: Tensor4D, kernel: Tensor4D, { stride, pads, groups }: ConvAttrs): Tensor4D {
  const sides = [kernel.shape[2], kernel.shape[3]] as const;
  const { input, padding } = padded(tf, x, sides, stride, pads, 0);
  if (groups === 1) return tf.conv2d(input, tf.transpose(kernel, [2, 3, 1, 0]), stride, padding);
  return tf.depthwiseConv2d(input, tf.transpose(kernel, [2, 3, 0, 1]), stride, padding);
}

function pooled(tf: Tf, x: Tensor4D, { kernel, stride, pad }: MaxPoolAttrs): Tensor4D {
  const { input, padding } = padded(tf, x, [kernel, kernel], stride, [pad, pad, pad, pad], LOWEST);
  return tf.maxPool(input, kernel, stride, padding);
}

/** TensorFlow's library pads by itself only in its own 'same' way; other pads are put there first. */
function padded(
  tf: Tf,
  x: Tensor4D,
  kernel: readonly [number, number],
  stride: number,
  [top, left, bottom, right]: readonly [number, number, number, number],
  value: number,
): { input: Tensor4D; padding: 'valid' | 'same' } {
  if (top + left + bottom + right === 0) return { input: x, padding: 'valid' };
  const isSame = ([before, after]: readonly [number, number], axis: 0 | 1): boolean => {
    const side = x.shape[1 + axis]!;
    const all = Math.max(0, (Math.ceil(side / stride) - 1) * stride + kernel[axis] - side);
    return before === Math.floor(all / 2) && after === all - before;
  };
  if (isSame([top, bottom], 0) && isSame([left, right], 1)) return { input: x, padding: 'same' };
  return {
    input: tf.pad(
      x,
      [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ],
      value,
    ),
    padding: 'valid',
  };
}
