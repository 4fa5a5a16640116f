import type { Value } from '../graph.ts';
import type { Backbone } from './backbone.ts';
import type { Builder } from './builder.ts';

/**
 * A small residual network for training from scratch on a laptop's CPU: about 0.3 million parameters, features at an
 * eighth of the image's side, so that maps are finely resolved.
 */
export function compact(): Backbone {
  return {
    channels: 128,
    lastStage: 3,
    smallest: 16,
    blocks: [
      { name: 'stem', build: (b, x, p) => step(b, x, `${p}stem`, 24, 2) },
      { name: 'stage1', build: (b, x, p) => residual(b, step(b, x, `${p}stage1.0`, 48, 2), `${p}stage1.1`) },
      { name: 'stage2', build: (b, x, p) => step(b, x, `${p}stage2.0`, 96, 2) },
      { name: 'stage3', build: (b, x, p) => step(b, x, `${p}stage3.0`, 128, 1) },
    ],
  };
}

function step(b: Builder, x: Value, name: string, out: number, stride: number): Value {
  return b.convNorm(x, { conv: `${name}.conv`, norm: `${name}.norm`, out, kernel: 3, stride, activation: 'relu' });
}

function residual(b: Builder, x: Value, name: string): Value {
  const out = x.shape[1]!;
  const y = b.convNorm(x, { conv: `${name}.conv1`, norm: `${name}.norm1`, out, kernel: 3, stride: 1, activation: 'relu' });
  const z = b.convNorm(y, { conv: `${name}.conv2`, norm: `${name}.norm2`, out, kernel: 3, stride: 1, activation: null });
  return b.graph.apply('relu', [b.graph.apply('add', [z, x], null)], null);
}
