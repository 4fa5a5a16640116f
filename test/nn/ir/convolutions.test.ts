import { describe } from 'vitest';
import { relu6 } from '../../../src/main/nn/functional/activations.ts';
import type { ConvAttrs } from '../../../src/main/nn/ir/attributes.ts';
import type { ProgramBuilder } from '../../../src/main/nn/ir/build/builder.ts';
import type { Value } from '../../../src/main/nn/ir/value.ts';
import { checkGradient } from './finite-differences.ts';

const dense: ConvAttrs = { stride: 1, pads: [0, 0, 0, 0], groups: 1 };

/** Expanded, filtered depthwise, projected and added to its input, as in MobileNetV2. */
function invertedResidual(b: ProgramBuilder, [x, widen, filter, narrow]: Value[]): Value {
  const wide = relu6(b, b.conv(x!, widen!, dense));
  const filtered = relu6(b, b.conv(wide, filter!, { stride: 1, pads: [1, 1, 1, 1], groups: 48 }));
  return b.add(x!, b.conv(filtered, narrow!, dense));
}

describe('convolutions against finite differences', () => {
  const conv = (name: string, x: number[], w: number[], attrs: ConvAttrs, bias = true): void => {
    checkGradient(`conv ${name}`, bias ? [x, w, [w[0]!]] : [x, w], (b, inputs) => b.conv(inputs[0]!, inputs[1]!, attrs, inputs[2]));
  };
  conv('1x1', [2, 3, 5, 4], [4, 3, 1, 1], { stride: 1, pads: [0, 0, 0, 0], groups: 1 });
  conv('1x1 stride 2, odd side', [2, 5, 5, 7], [4, 5, 1, 1], { stride: 2, pads: [0, 0, 0, 0], groups: 1 }, false);
  conv('1x1 stride 2, even side', [2, 5, 6, 4], [4, 5, 1, 1], { stride: 2, pads: [0, 0, 0, 0], groups: 1 });
  conv('3x3', [2, 5, 5, 6], [4, 5, 3, 3], { stride: 1, pads: [1, 1, 1, 1], groups: 1 });
  conv('3x3 stride 2, odd side', [2, 5, 7, 5], [4, 5, 3, 3], { stride: 2, pads: [1, 1, 1, 1], groups: 1 });
  conv('3x3 stride 2, even side', [2, 5, 6, 8], [4, 5, 3, 3], { stride: 2, pads: [1, 1, 1, 1], groups: 1 });
  conv('3x3 stride 2, Keras padding', [2, 5, 6, 8], [4, 5, 3, 3], { stride: 2, pads: [0, 0, 1, 1], groups: 1 });
  conv('3x3 of a stem', [2, 3, 8, 8], [4, 3, 3, 3], { stride: 2, pads: [0, 0, 1, 1], groups: 1 }, false);
  conv('3x3 of three times an odd number of channels', [2, 9, 6, 8], [4, 9, 3, 3], { stride: 2, pads: [1, 1, 1, 1], groups: 1 });
  conv('1x1 stride 2 of three times an odd number of channels', [2, 9, 5, 4], [4, 9, 1, 1], { stride: 2, pads: [0, 0, 0, 0], groups: 1 });
  conv('3x3 of a stem, three times an odd number of pairs', [6, 3, 8, 8], [4, 3, 3, 3], { stride: 2, pads: [1, 1, 1, 1], groups: 1 }, false);
  conv('7x7 of a stem', [2, 3, 12, 11], [4, 3, 7, 7], { stride: 2, pads: [3, 3, 3, 3], groups: 1 });
  conv('3x3 of many channels at few positions', [3, 20, 3, 2], [24, 20, 3, 3], { stride: 1, pads: [1, 1, 1, 1], groups: 1 });
  conv('3x3 stride 2 of many channels at few positions', [2, 20, 4, 3], [24, 20, 3, 3], { stride: 2, pads: [1, 1, 1, 1], groups: 1 });
  conv('1x1 of many channels at few positions', [3, 20, 2, 1], [24, 20, 1, 1], { stride: 1, pads: [0, 0, 0, 0], groups: 1 });
  conv('1x1 stride 2 of many channels at few positions', [2, 20, 3, 4], [24, 20, 1, 1], { stride: 2, pads: [0, 0, 0, 0], groups: 1 });
  conv('depthwise', [2, 5, 6, 5], [5, 1, 3, 3], { stride: 1, pads: [1, 1, 1, 1], groups: 5 });
  conv('depthwise stride 2, odd side', [2, 5, 7, 5], [5, 1, 3, 3], { stride: 2, pads: [1, 1, 1, 1], groups: 5 });
  conv('depthwise stride 2, even side', [2, 5, 6, 8], [5, 1, 3, 3], { stride: 2, pads: [1, 1, 1, 1], groups: 5 });
  conv('depthwise stride 2, Keras padding', [2, 5, 6, 8], [5, 1, 3, 3], { stride: 2, pads: [0, 0, 1, 1], groups: 5 });
  // Enough channels for blocked layout, of 8 or 16; 16 images are whole blocks, too.
  conv('1x1 of whole blocks', [2, 16, 3, 4], [48, 16, 1, 1], { stride: 1, pads: [0, 0, 0, 0], groups: 1 });
  conv('1x1 stride 2 of whole blocks, even side', [2, 16, 6, 4], [32, 16, 1, 1], { stride: 2, pads: [0, 0, 0, 0], groups: 1 });
  conv('1x1 stride 2 of whole blocks, odd side', [2, 16, 5, 3], [32, 16, 1, 1], { stride: 2, pads: [0, 0, 0, 0], groups: 1 });
  conv('3x3 of whole blocks', [2, 16, 5, 6], [32, 16, 3, 3], { stride: 1, pads: [1, 1, 1, 1], groups: 1 });
  conv('3x3 of whole blocks of images too', [16, 16, 2, 3], [16, 16, 3, 3], { stride: 1, pads: [1, 1, 1, 1], groups: 1 });
  conv('3x3 to whole blocks, of whole blocks of images', [16, 5, 4, 3], [16, 5, 3, 3], { stride: 1, pads: [1, 1, 1, 1], groups: 1 }, false);
  conv('3x3 stride 2 of whole blocks of images too, even side', [16, 16, 6, 4], [16, 16, 3, 3], { stride: 2, pads: [1, 1, 1, 1], groups: 1 });
  conv('3x3 stride 2 of whole blocks of images too, odd side', [16, 16, 5, 3], [16, 16, 3, 3], { stride: 2, pads: [1, 1, 1, 1], groups: 1 });
  conv('3x3 stride 2 of whole blocks of images too, Keras padding', [16, 16, 6, 4], [16, 16, 3, 3], { stride: 2, pads: [0, 0, 1, 1], groups: 1 });
  conv('3x3 stride 2 of whole blocks of images too, one position left over', [16, 16, 6, 4], [16, 16, 3, 3], {
    stride: 2,
    pads: [0, 0, 0, 0],
    groups: 1,
  });
  conv('1x1 of whole blocks of images too', [16, 32, 2, 3], [16, 32, 1, 1], { stride: 1, pads: [0, 0, 0, 0], groups: 1 });
  conv('1x1 stride 2 of whole blocks of images too, odd side', [16, 16, 5, 3], [32, 16, 1, 1], { stride: 2, pads: [0, 0, 0, 0], groups: 1 });
  conv('1x1 of several blocks of images', [32, 32, 2, 1], [16, 32, 1, 1], { stride: 1, pads: [0, 0, 0, 0], groups: 1 });
  conv('3x3 of several blocks of images', [32, 32, 2, 2], [16, 32, 3, 3], { stride: 1, pads: [1, 1, 1, 1], groups: 1 });
  conv('3x3 of a stem, several blocks of images', [32, 3, 4, 3], [16, 3, 3, 3], { stride: 2, pads: [1, 1, 1, 1], groups: 1 });
  conv('7x7 of a stem, whole blocks of images', [16, 3, 7, 6], [16, 3, 7, 7], { stride: 2, pads: [3, 3, 3, 3], groups: 1 });
  conv('1x1 stride 3 of whole blocks', [2, 16, 6, 3], [16, 16, 1, 1], { stride: 3, pads: [0, 0, 0, 0], groups: 1 });
  conv('2x2 stride 3 of whole blocks', [2, 16, 6, 3], [16, 16, 2, 2], { stride: 3, pads: [0, 0, 0, 0], groups: 1 });
  conv('7x7 stride 2 of whole blocks', [2, 16, 8, 6], [16, 16, 7, 7], { stride: 2, pads: [3, 3, 3, 3], groups: 1 });
  conv('7x7 of a stem to whole blocks', [2, 3, 12, 11], [16, 3, 7, 7], { stride: 2, pads: [3, 3, 3, 3], groups: 1 });
  conv('depthwise of whole blocks', [3, 32, 6, 5], [32, 1, 3, 3], { stride: 1, pads: [1, 1, 1, 1], groups: 32 });
  conv('depthwise stride 2 of whole blocks, odd side', [2, 16, 7, 5], [16, 1, 3, 3], { stride: 2, pads: [1, 1, 1, 1], groups: 16 });
  conv('depthwise stride 2 of whole blocks, even side', [2, 16, 6, 8], [16, 1, 3, 3], { stride: 2, pads: [1, 1, 1, 1], groups: 16 });
  conv('depthwise stride 2 of whole blocks, Keras padding', [2, 16, 6, 8], [16, 1, 3, 3], { stride: 2, pads: [0, 0, 1, 1], groups: 16 });
  checkGradient(
    'inverted residual',
    [
      [2, 16, 5, 4],
      [48, 16, 1, 1],
      [48, 1, 3, 3],
      [16, 48, 1, 1],
    ],
    invertedResidual,
    {
      values: (u, input, i) => (input === 0 ? 0.2 + Math.abs(u) : (input === 1 && Math.floor(i / 16) % 3 === 0 ? -1 : 1) * (0.1 + Math.abs(u) / 20)), // every third wide channel is 0
    },
  );
});
