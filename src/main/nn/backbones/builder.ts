import type { EncodedShape } from '../../../shared/imported-encoder.ts';
import type { Flavour } from '../../../shared/run.ts';
import { relu, relu6 } from '../functional/activations.ts';
import { batchNorm, foldBatchNorm } from '../functional/batch-norm.ts';
import { dense } from '../functional/dense.ts';
import { ProgramBuilder } from '../ir/build/builder.ts';
import type { RunningStatistic } from '../ir/task.ts';
import { sizeOf } from '../ir/tensor.ts';
import type { Value } from '../ir/value.ts';

/** Weight of the batch's value in a running statistic (PyTorch's default). */
const MOMENTUM = 0.1;

/** As in timm's ConvNeXt and vision transformers. */
const LAYER_NORM_EPSILON = 1e-6;

/** Name of the input that an imported encoder's maps are fed to. */
export const ENCODED = 'encoded';

const ACTIVATIONS = { relu, relu6 };

export type Activation = keyof typeof ACTIVATIONS | null;

export interface ConvNorm {
  conv: string; // parameter name without '.weight'
  norm: string;
  out: number;
  kernel: number;
  stride: number;
  depthwise?: boolean;
  initialBias?: number; // of the batch norm; default 0
  activation: Activation;
}

/** Factors [C] of a residual branch (Touvron et al. 2021, "Going deeper with Image Transformers", LayerScale). */
export interface LayerScale {
  name: string;
  initialValue: number; // near 0: at the start of training a block is almost the identity
}

/** What the layers of a network depend on besides its backbone. */
export interface BuilderOptions {
  flavour: Flavour;
  encoder?: EncodedShape | null | undefined; // of an imported encoder
}

/** Adds a network's layers to a program and declares their parameters. */
export class Builder {
  readonly program = new ProgramBuilder();
  readonly statistics: RunningStatistic[] = [];
  private readonly flavour: Flavour;
  private readonly encoder: EncodedShape | null;
  /** true: batch norm uses the batch's statistics. false: batch norm is frozen and folded into the preceding convolution. */
  batchStatistics = false;

  constructor({ flavour, encoder = null }: BuilderOptions) {
    this.flavour = flavour;
    this.encoder = encoder;
  }

  /** Declares the input `encoded` [N, C, h, w]: what an imported encoder makes of `images` [N, 3, S, S] before the program runs. */
  encoded(images: Value): Value {
    if (this.encoder === null) throw new Error('The network has no imported encoder.');
    const { channels, height, width } = this.encoder;
    return this.program.input(ENCODED, [images.shape[0]!, channels, height, width]);
  }

  /** Convolution without bias -> batch norm -> activation. x [N, C, H, W] -> [N, out, h, w]. */
  convNorm(x: Value, o: ConvNorm): Value {
    const channels = x.shape[1]!;
    const kernel = this.weight(`${o.conv}.weight`, [o.out, o.depthwise ? 1 : channels, o.kernel, o.kernel]);
    const gamma = this.weight(`${o.norm}.weight`, [o.out]);
    const beta = this.weight(`${o.norm}.bias`, [o.out], o.initialBias);
    const mean = this.statistic(`${o.norm}.running_mean`, [o.out]);
    const variance = this.statistic(`${o.norm}.running_var`, [o.out]);
    const epsilon = this.flavour === 'keras' ? 1e-3 : 1e-5;
    const attrs = { stride: o.stride, pads: this.pads(x, o.kernel, o.stride), groups: o.depthwise ? channels : 1 };
    const b = this.program;
    let y: Value;
    if (this.batchStatistics) {
      const [normal, batchMean, batchVariance] = batchNorm(b, b.conv(x, kernel, attrs), gamma, beta, { epsilon });
      this.statistics.push({ name: `${o.norm}.running_mean`, batch: batchMean, momentum: MOMENTUM });
      this.statistics.push({ name: `${o.norm}.running_var`, batch: batchVariance, momentum: MOMENTUM });
      y = normal;
    } else {
      const [folded, bias] = foldBatchNorm(b, kernel, { gamma, beta, mean, variance }, { epsilon });
      y = b.conv(x, folded, attrs, bias);
    }
    return o.activation ? ACTIVATIONS[o.activation](b, y) : y;
  }

  /** Linear layer, [..., I] -> [..., out]. `scale` [out], the name and initial value of a layer scale, multiplies the result. */
  dense(x: Value, name: string, out: number, scale?: LayerScale): Value {
    const { weight, bias } = this.scaledLinear(name, [out, x.shape.at(-1)!], scale);
    return this.product(x, weight, bias);
  }

  /**
   * One linear layer for several inputs [..., I]: input k gets its outputs k out to (k + 1) out, [..., out]. One product for all and a split of
   * its result would copy the result.
   */
  denseParts(xs: readonly Value[], name: string, out: number): Value[] {
    const { weight, bias } = this.scaledLinear(name, [xs.length * out, xs[0]!.shape.at(-1)!]);
    const part = (tensor: Value, k: number): Value => this.program.slice(tensor, [0], [k * out], [(k + 1) * out]);
    return xs.map((x, k) => this.product(x, part(weight, k), part(bias, k)));
  }

  /** Linear layer of the channels at each position of a map, [N, I, H, W] -> [N, out, H, W]; otherwise as `dense`. */
  pointwise(x: Value, name: string, out: number, scale?: LayerScale): Value {
    const { weight, bias } = this.scaledLinear(name, [out, x.shape[1]!], scale);
    return this.program.conv(x, this.program.reshape(weight, [...weight.shape, 1, 1]), { stride: 1, pads: [0, 0, 0, 0], groups: 1 }, bias);
  }

  /** Layer norm over the last axis. */
  layerNorm(x: Value, name: string): Value {
    const shape = x.shape.slice(-1);
    return this.program.layerNorm(x, this.weight(`${name}.weight`, shape), this.weight(`${name}.bias`, shape), LAYER_NORM_EPSILON);
  }

  /** Convolution with a bias and without padding, of patches side by side: x [N, C, H, W] -> [N, out, H / patch, W / patch]. */
  patches(x: Value, name: string, out: number, patch: number): Value {
    const kernel = this.weight(`${name}.weight`, [out, x.shape[1]!, patch, patch]);
    return this.program.conv(x, kernel, { stride: patch, pads: [0, 0, 0, 0], groups: 1 }, this.weight(`${name}.bias`, [out]));
  }

  /** Declares a trainable tensor. */
  weight(name: string, shape: readonly number[], initialValue?: number): Value {
    return this.program.param({ name, shape, kind: 'weight', ...(initialValue === undefined ? {} : { initialValue }) });
  }

  /** Declares position embeddings [1, prefix + side², C]: of `prefix` tokens, then of a square of patches. */
  positions(name: string, shape: readonly number[], prefix: number): Value {
    return this.program.param({ name, shape, kind: 'weight', positions: { prefix } });
  }

  /** x [..., I], weight [O, I], bias [O] -> [..., O] */
  private product(x: Value, weight: Value, bias: Value): Value {
    const b = this.program;
    const [out, inputs] = weight.shape as [number, number];
    const rows = x.shape.length === 2 ? x : b.reshape(x, [sizeOf(x.shape) / inputs, inputs]);
    return b.reshape(dense(b, rows, weight, bias), [...x.shape.slice(0, -1), out]);
  }

  /** Weights [out, I] and bias [out] of a linear layer. A layer scale multiplies them, because they are smaller than the layer's result. */
  private scaledLinear(name: string, shape: [out: number, inputs: number], scale?: LayerScale): { weight: Value; bias: Value } {
    const b = this.program;
    const gamma = scale && this.weight(scale.name, [shape[0]], scale.initialValue);
    const [weight, bias] = [this.weight(`${name}.weight`, shape), this.weight(`${name}.bias`, [shape[0]])];
    return gamma ? { weight: b.mul(weight, b.reshape(gamma, [shape[0], 1])), bias: b.mul(bias, gamma) } : { weight, bias };
  }

  private statistic(name: string, shape: readonly number[]): Value {
    return this.program.param({ name, shape, kind: 'statistic' });
  }

  /** [top, left, bottom, right]. Keras pads one position less at the top and left for a stride-2 convolution over an even side. */
  private pads(x: Value, kernel: number, stride: number): [number, number, number, number] {
    const half = Math.floor(kernel / 2);
    const padBefore = (side: number): number => (this.flavour === 'keras' && stride === 2 && side % 2 === 0 ? Math.max(0, half - 1) : half);
    return [padBefore(x.shape[2]!), padBefore(x.shape[3]!), half, half];
  }
}
