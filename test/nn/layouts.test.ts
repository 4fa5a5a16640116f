import { expect, onTestFinished, test } from 'vitest';
import { channelBlock } from '../../src/main/nn/engines/onnx-blocks.ts';
import { open, tensor } from '../../src/main/nn/engines/onnx-session.ts';
import { lowerGradients } from '../../src/main/nn/engines/onnx-lower.ts';
import { contrastive } from '../../src/main/nn/losses/contrastive.ts';
import { siameseParams, type SiameseSpec, trainingTask } from '../../src/main/nn/siamese.ts';
import { filledTensors, hashed } from './reference.ts';

const PAIRS = 8; // 16 images are whole blocks of images, which no batch of the published numbers has
const PARTNERS = Float32Array.from({ length: PAIRS }, (_, i) => i % 2); // same, different, same, …
const DRAWS = 3;
const TOLERANCE = 1e-4;

type Case = SiameseSpec & { batchNorm: 'frozen' | 'batch' };
type Step = Map<string, Float32Array>;

const CASES: Case[] = [
  { backbone: 'compact', flavour: 'torch', size: 32, dim: 4, batchNorm: 'batch' },
  { backbone: 'mobilenet_v2_035', flavour: 'keras', size: 32, dim: 4, batchNorm: 'frozen' },
  { backbone: 'resnet18', flavour: 'torch', size: 32, dim: 4, batchNorm: 'frozen' },
];

/** Loss, distances and gradients of one step on the processor for each draw of images, in a layout. */
async function stepsIn(block: number, { batchNorm, ...spec }: Case): Promise<Step[]> {
  const optimizer = { name: 'sgd', weightDecay: 0, clipNorm: 0 } as const;
  const task = trainingTask(spec, { scope: 'all', batchNorm, loss: contrastive, margin: 2, optimizer }, PAIRS);
  const params = filledTensors(siameseParams(spec));
  const { session, close } = await open(lowerGradients(task, params, 'cpu', block), 'cpu');
  onTestFinished(close);
  const weights = Object.fromEntries(task.trainable.map((name) => [name, tensor(params.get(name)!.data, params.get(name)!.shape)]));
  const labels = tensor(PARTNERS, [PAIRS]);
  const steps: Step[] = [];
  for (let draw = 0; draw < DRAWS; draw++) {
    const images = Float32Array.from(hashed(`images ${draw}`, 2 * PAIRS * 3 * spec.size ** 2));
    const out = await session.run({ ...weights, labels, images: tensor(images, [2 * PAIRS, 3, spec.size, spec.size]) });
    steps.push(new Map(Object.entries(out).map(([name, { data }]) => [name, data as Float32Array])));
  }
  return steps;
}

const norm = (data: Float32Array): number => Math.sqrt(data.reduce((sum, v) => sum + v * v, 0));
const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

test.skipIf((await channelBlock()) === 0).each(CASES)(
  'a step of $backbone, $batchNorm batch norm, has the same loss, distances and gradients in blocks of channels as row by row',
  async (c) => {
    const [rows, blocks] = [await stepsIn(0, c), await stepsIn(await channelBlock(), c)];
    const names = [...rows[0]!.keys()];
    const isGradient = (name: string): boolean => name.startsWith('gradient:');
    expect(names.filter(isGradient).length).toBeGreaterThan(10);
    const whole = rows.map((step) => Math.hypot(...names.filter(isGradient).map((name) => norm(step.get(name)!))));
    for (const name of names) {
      const off = rows.map((step, draw) => {
        const [a, b] = [step.get(name)!, blocks[draw]!.get(name)!];
        // Where gradients cancel, as of the last bias, rounding is all there is: measured against a part of the whole.
        return norm(a.map((v, i) => v - b[i]!)) / (norm(a) + (isGradient(name) ? 1e-2 * whole[draw]! : 0));
      });
      // In a draw now and then rounding takes a value before an activation to the other side of its kink.
      expect.soft(median(off), name).toBeLessThan(TOLERANCE);
    }
  },
);
