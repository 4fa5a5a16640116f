import type { CheckResult } from '../../shared/engine-check.ts';
import { asAppError } from '../../shared/errors.ts';
import { randomFor } from '../../shared/random.ts';
import { DEVICES, type DeviceName } from '../../shared/run.ts';
import { initialTensors } from '../nn/initialise.ts';
import { onnxDevices } from '../nn/engines/onnx.ts';
import { siameseParams, type SiameseSpec, trainingTask } from '../nn/siamese.ts';
import { openEngine } from './engine-choice.ts';

/** Small enough for any device; then large enough that a graphics card can show what it is good for. */
const TINY = { spec: { backbone: 'compact', flavour: 'torch', size: 32, dim: 2 } satisfies SiameseSpec, pairs: 2 };
const TIMED = { spec: { backbone: 'compact', flavour: 'torch', size: 96, dim: 16 } satisfies SiameseSpec, pairs: 8 };
const AGREE = 1e-3; // relative difference to the CPU's loss that still counts as the same

/** Tries every engine and device with a tiny training step, times a larger one, and says what came of it. The CPU is the judge of the others. */
export async function checkDevices(): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  const reference = await step('cpu', TINY);
  for (const device of DEVICES) {
    const result = { engine: 'onnx', device } as const;
    if (!onnxDevices().includes(device)) {
      results.push({
        ...result,
        ok: false,
        milliseconds: null,
        detail: `not part of this build of onnxruntime for ${process.platform} ${process.arch}`,
      });
      continue;
    }
    try {
      const { loss } = device === 'cpu' ? reference : await step(device, TINY);
      const off = Math.abs(loss - reference.loss) / Math.abs(reference.loss);
      const ok = Number.isFinite(loss) && off <= AGREE;
      if (!ok) {
        const detail = `a training step gave the loss ${loss} where the CPU gives ${reference.loss}`;
        results.push({ ...result, ok, milliseconds: null, detail });
        continue;
      }
      const { milliseconds } = await step(device, TIMED);
      results.push({ ...result, ok, milliseconds, detail: `a training step of ${TIMED.pairs} pairs took ${milliseconds.toFixed(1)} ms` });
    } catch (error) {
      const known = asAppError(error);
      results.push({
        ...result,
        ok: false,
        milliseconds: null,
        detail: `${known.message}${typeof known.details['detail'] === 'string' ? ` (${known.details['detail']})` : ''}`,
      });
    }
  }
  results.push({ engine: 'tensorflow', device: 'cpu', ok: false, milliseconds: null, detail: 'the TensorFlow engine is not part of this version' });
  return results;
}

/** The loss of a first step, and how long a second one took. */
async function step(device: DeviceName, { spec, pairs }: typeof TINY): Promise<{ loss: number; milliseconds: number }> {
  const options = { scope: 'all', batchNorm: 'batch', margin: 2, optimizer: { name: 'adam', weightDecay: 0, clipNorm: 1 } } as const;
  const params = initialTensors(siameseParams(spec), 1);
  const engine = await openEngine('onnx', device);
  const trainer = await engine.trainer((n) => trainingTask(spec, options, n), new Map(), { params, slots: new Map(), step: 0 });
  try {
    const random = randomFor(1, 'check');
    const images = Float32Array.from({ length: 2 * pairs * 3 * spec.size ** 2 }, () => random.between(-1, 1));
    const inputs = { images, labels: Float32Array.from({ length: pairs }, (_, i) => i % 2) };
    const { loss } = await trainer.step(inputs, pairs, 1e-3);
    const began = performance.now();
    await trainer.step(inputs, pairs, 1e-3);
    return { loss, milliseconds: performance.now() - began };
  } finally {
    await trainer.dispose();
  }
}
