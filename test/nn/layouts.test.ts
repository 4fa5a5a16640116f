import { expect, onTestFinished, test } from 'vitest';
import { channelBlock } from '../../src/main/nn/engines/onnx-blocks.ts';
import { open, tensor } from '../../src/main/nn/engines/onnx-session.ts';
import { lowerGradients } from '../../src/main/nn/engines/onnx-lower.ts';
import { contrastive } from '../../src/main/nn/losses/contrastive.ts';
import { siameseParams, type SiameseSpec, trainingTask } from '../../src/main/nn/siamese.ts';
import { filledTensors, hashed, norm } from './reference.ts';

const PAIRS = 8; // 16 images are whole blocks of images, unlike every batch of the published numbers
const PARTNERS = Float32Array.from({ length: PAIRS }, (_, i) => i % 2); // same, different, same, …
const DRAWS = 3;
const TOLERANCE = 1e-4;
const NUDGE = 2 ** -20; // some roundings of float32

type Case = SiameseSpec & { batchNorm: 'frozen' | 'batch' };
type Step = Map<string, Float32Array>;

const CASES: Case[] = [
  { backbone: 'compact', flavour: 'torch', size: 32, dim: 4, batchNorm: 'batch' },
  { backbone: 'mobilenet_v2_035', flavour: 'keras', size: 32, dim: 4, batchNorm: 'frozen' },
  { backbone: 'resnet18', flavour: 'torch', size: 32, dim: 4, batchNorm: 'frozen' },
];

/** Runs a step on the CPU in a layout: loss, distances and gradients for a draw of images, each pixel times `factor`. */
async function stepIn(block: number, { batchNorm, ...spec }: Case): Promise<(draw: number, factor?: number) => Promise<Step>> {
  const optimizer = { name: 'sgd', weightDecay: 0, clipNorm: 0 } as const;
  const task = trainingTask(spec, { scope: 'all', batchNorm, loss: contrastive, margin: 2, optimizer }, PAIRS);
  const params = filledTensors(siameseParams(spec));
  const { session, close } = await open(lowerGradients(task, params, 'cpu', block), 'cpu');
  onTestFinished(close);
  const weights = Object.fromEntries(task.trainable.map((name) => [name, tensor(params.get(name)!.data, params.get(name)!.shape)]));
  const labels = tensor(PARTNERS, [PAIRS]);
  return async (draw, factor = 1) => {
    const images = Float32Array.from(hashed(`images ${draw}`, 2 * PAIRS * 3 * spec.size ** 2), (v) => v * factor);
    const out = await session.run({ ...weights, labels, images: tensor(images, [2 * PAIRS, 3, spec.size, spec.size]) });
    return new Map(Object.entries(out).map(([name, { data }]) => [name, data as Float32Array]));
  };
}

const isGradient = (name: string): boolean => name.startsWith('gradient:');

/** Difference of each output of two steps, relative to its norm. */
function differences(from: Step, to: Step): Map<string, number> {
  const whole = Math.hypot(...[...from].filter(([name]) => isGradient(name)).map(([, data]) => norm(data)));
  return new Map(
    [...from].map(([name, a]) => {
      const b = to.get(name)!;
      // Gradients that cancel, as of the last bias, are rounding noise: measured against 1 % of the whole gradient.
      return [name, norm(a.map((v, i) => v - b[i]!)) / (norm(a) + (isGradient(name) ? 1e-2 * whole : 0))];
    }),
  );
}

test.skipIf((await channelBlock()) === 0).each(CASES)(
  'a step of $backbone, $batchNorm batch norm, has the same loss, distances and gradients in blocked as in row-major layout, for every draw',
  async (c) => {
    const [rowMajor, blocked] = [await stepIn(0, c), await stepIn(await channelBlock(), c)];
    for (let draw = 0; draw < DRAWS; draw++) {
      const expected = await rowMajor(draw);
      expect([...expected.keys()].filter(isGradient).length).toBeGreaterThan(10);
      const off = differences(expected, await blocked(draw));
      const wrong = [...off].filter(([, by]) => !(by < TOLERANCE));
      if (wrong.length === 0) continue;
      // Rounding may move a value before an activation to the other side of its kink. Then a change of the images within rounding
      // has the same effect on the row-major step; the layout's own difference must be within the tolerance.
      const changes = await Promise.all([1 - NUDGE, 1 + NUDGE].map(async (factor) => differences(expected, await rowMajor(draw, factor))));
      for (const [name, by] of wrong) {
        const kink = Math.max(...changes.map((change) => change.get(name)!));
        expect.soft(by, `${name}, draw ${draw}`).toBeLessThan(TOLERANCE + 2 * kink);
      }
    }
  },
);
