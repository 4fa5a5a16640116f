import type { Value } from '../graph.ts';
import type { Backbone } from './backbone.ts';
import type { Builder } from './builder.ts';

/**
 * A feature is silent at first except where it stands out by more than one standard deviation. So what is everywhere
 * (the ground, the clutter) hardly enters the mean over space, the network learns from what is particular to a place, and
 * a map shows that place. From 0, the usual start, backgrounds speak for a class too, and its maps cover the whole picture.
 */
const QUIET = -1;

/**
 * A small network for training from scratch on a laptop's CPU: about 50,000 weights, features at an eighth of the image's
 * side, so that maps are finely resolved. A feature sees 31 px and no more (the last convolution only weighs features of
 * one place, as in Brendel & Bethge 2019): evidence is shown where it lies, not smeared over its surroundings.
 */
export function compact(): Backbone {
  return {
    channels: 128,
    lastStage: 2,
    smallest: 16,
    blocks: [
      { name: 'stem', build: (b, x, p) => b.convNorm(x, { ...names(`${p}stem`), out: 16, kernel: 3, stride: 2, activation: 'relu' }) },
      {
        name: 'stage1',
        build: (b, x, p) =>
          residual(b, b.convNorm(x, { ...names(`${p}stage1.0`), out: 32, kernel: 3, stride: 2, activation: 'relu' }), `${p}stage1.1`),
      },
      { name: 'stage2', build: (b, x, p) => b.convNorm(x, { ...names(`${p}stage2`), out: 64, kernel: 3, stride: 2, activation: 'relu' }) },
      {
        name: 'stage3',
        build: (b, x, p) => b.convNorm(x, { ...names(`${p}stage3`), out: 128, kernel: 1, stride: 1, startBias: QUIET, activation: 'relu' }),
      },
    ],
  };
}

const names = (block: string): { conv: string; norm: string } => ({ conv: `${block}.conv`, norm: `${block}.norm` });

function residual(b: Builder, x: Value, name: string): Value {
  const out = x.shape[1]!;
  const y = b.convNorm(x, { conv: `${name}.conv1`, norm: `${name}.norm1`, out, kernel: 3, stride: 1, activation: 'relu' });
  const z = b.convNorm(y, { conv: `${name}.conv2`, norm: `${name}.norm2`, out, kernel: 3, stride: 1, activation: null });
  return b.graph.apply('relu', [b.graph.apply('add', [z, x], null)], null);
}
