import type { Value } from '../../ir/value.ts';
import { type Backbone, type Block, outputIsMap, type Recognised } from '../backbone.ts';
import type { Builder } from '../builder.ts';
import type { StoredShapes } from '../weight-names.ts';
import { kerasMobileNetV2, timmMobileNetV2 } from './mobilenet-v2-names.ts';

/** Expansion, output channels, repeats, stride: Sandler et al. 2018 (MobileNetV2), table 2. */
const STAGES = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

const MODULES = /^features\.\d+\./;

/** Channel counts are rounded to a multiple of 8, but never below 90 % of the exact value (torchvision's _make_divisible). */
function roundChannels(exact: number): number {
  const rounded = Math.max(8, Math.floor((exact + 4) / 8) * 8);
  return rounded < 0.9 * exact ? rounded + 8 : rounded;
}

/** MobileNetV2 with `width` times the channels. The last convolution has at least 1280. Parameters are named as in torchvision. */
export function mobileNetV2OfWidth(width: number): Backbone {
  const scaleChannels = (c: number): number => roundChannels(c * width);
  const blocks: Block[] = [
    {
      name: 'features.0',
      build: (b, x, p) =>
        b.convNorm(x, { conv: `${p}features.0.0`, norm: `${p}features.0.1`, out: scaleChannels(32), kernel: 3, stride: 2, activation: 'relu6' }),
    },
  ];
  let channels = scaleChannels(32);
  let lastStage = 0;
  for (const [expand, c, repeats, stride] of STAGES) {
    if (c === 160) lastStage = blocks.length;
    for (let i = 0; i < repeats; i++) {
      const from = channels;
      const shape = { name: `features.${blocks.length}`, expand, from, out: scaleChannels(c), stride: i === 0 ? stride : 1 };
      blocks.push({ name: shape.name, build: (b, x, p) => invertedResidual(b, x, p, shape) });
      channels = shape.out;
    }
  }
  const last = `features.${blocks.length}`;
  const out = Math.max(1280, scaleChannels(1280));
  blocks.push({
    name: last,
    build: (b, x, p) => b.convNorm(x, { conv: `${p}${last}.0`, norm: `${p}${last}.1`, out, kernel: 1, stride: 1, activation: 'relu6' }),
  });
  return {
    blocks,
    lastStage,
    detailLayers: ['features.13', 'features.6'], // stride 16 and 8
    featureMap: outputIsMap,
    foreignNames: [kerasMobileNetV2, timmMobileNetV2],
    modules: MODULES,
    recognise: (stored, name) => recogniseByChannels(stored, name, scaleChannels(320)),
  };
}

/** Recognises the width by `channels`, the outputs of the last inverted residual: 320 at width 1. */
function recogniseByChannels(stored: StoredShapes, name: string, channels: number): Recognised | null {
  const last = stored.get('features.17.conv.2.weight');
  if (!last || !stored.has('features.1.conv.0.0.weight')) return null;
  return last.shape[0] === channels ? { exact: true, network: name } : { exact: false, network: 'a MobileNetV2 of another width' };
}

interface InvertedResidual {
  name: string;
  expand: number; // hidden channels per input channel
  from: number; // input channels
  out: number; // output channels
  stride: number;
}

/** Expand 1x1 -> depthwise 3x3 -> project 1x1 (figure 3), with a shortcut where input and output have the same shape. */
function invertedResidual(b: Builder, x: Value, prefix: string, o: InvertedResidual): Value {
  const hidden = o.from * o.expand;
  const name = `${prefix}${o.name}.conv`;
  let y = x;
  let i = 0; // index of torchvision's submodule
  if (o.expand !== 1) {
    y = b.convNorm(y, { conv: `${name}.0.0`, norm: `${name}.0.1`, out: hidden, kernel: 1, stride: 1, activation: 'relu6' });
    i = 1;
  }
  y = b.convNorm(y, {
    conv: `${name}.${i}.0`,
    norm: `${name}.${i}.1`,
    out: hidden,
    kernel: 3,
    stride: o.stride,
    depthwise: true,
    activation: 'relu6',
  });
  y = b.convNorm(y, { conv: `${name}.${i + 1}`, norm: `${name}.${i + 2}`, out: o.out, kernel: 1, stride: 1, activation: null });
  return o.stride === 1 && o.from === o.out ? b.program.add(x, y) : y;
}
