import { relu } from '../functional/activations.ts';
import type { Value } from '../ir/value.ts';
import { type Backbone, outputIsMap } from './backbone.ts';
import type { Builder } from './builder.ts';

/**
 * Initial bias of the last batch norm, in standard deviations of a feature. At -1 a feature is zero except where it
 * exceeds its mean by one standard deviation. Texture that covers the whole image (background, clutter) then contributes
 * little to the mean over space, so the network learns from local features and a map marks their positions. At the usual 0
 * the background contributes too, and the maps cover whole images.
 */
const LAST_NORM_BIAS = -1;

/**
 * A small network for training from scratch on a laptop's CPU: about 50,000 weights. The total stride is 8, so maps have a
 * high resolution. The last convolution is 1x1 (as in Brendel & Bethge 2019), so the receptive field is only 31 px and
 * evidence does not spread over its surroundings.
 */
export const compact: Backbone = {
  blocks: [
    { name: 'stem', build: (b, x, p) => b.convNorm(x, { ...names(`${p}stem`), out: 16, kernel: 3, stride: 2, activation: 'relu' }) },
    {
      name: 'stage1',
      build: (b, x, p) => residual(b, b.convNorm(x, { ...names(`${p}stage1.0`), out: 32, kernel: 3, stride: 2, activation: 'relu' }), `${p}stage1.1`),
    },
    { name: 'stage2', build: (b, x, p) => b.convNorm(x, { ...names(`${p}stage2`), out: 64, kernel: 3, stride: 2, activation: 'relu' }) },
    {
      name: 'stage3',
      build: (b, x, p) => b.convNorm(x, { ...names(`${p}stage3`), out: 128, kernel: 1, stride: 1, initialBias: LAST_NORM_BIAS, activation: 'relu' }),
    },
  ],
  lastStage: 2,
  detailLayers: ['stage2', 'stage1'],
  featureMap: outputIsMap,
  foreignNames: [],
  modules: /^(stem|stage\d+)\./,
  recognise: (stored, name) => (stored.has('stem.conv.weight') && stored.has('stage3.conv.weight') ? { exact: true, network: name } : null),
};

function names(block: string): { conv: string; norm: string } {
  return { conv: `${block}.conv`, norm: `${block}.norm` };
}

function residual(b: Builder, x: Value, name: string): Value {
  const out = x.shape[1]!;
  const y = b.convNorm(x, { conv: `${name}.conv1`, norm: `${name}.norm1`, out, kernel: 3, stride: 1, activation: 'relu' });
  const z = b.convNorm(y, { conv: `${name}.conv2`, norm: `${name}.norm2`, out, kernel: 3, stride: 1, activation: null });
  return relu(b.program, b.program.add(z, x));
}
