import type { CheckResult } from '../../shared/engine-check.ts';
import { asAppError } from '../../shared/errors.ts';
import { randomFor } from '../../shared/random.ts';
import { DEVICES, type DeviceName } from '../../shared/run.ts';
import { initialTensors } from '../nn/initialise.ts';
import { onnxDevices } from '../nn/engines/onnx.ts';
import { siameseParams, type SiameseSpec, trainingTask } from '../nn/siamese.ts';
import { openEngine } from './engine-choice.ts';

const SPEC: SiameseSpec = { backbone: 'compact', flavour: 'torch', size: 32, dim: 2 };
const PAIRS = 2;
const AGREE = 1e-3; // relative difference to the CPU's loss that still counts as the same

/** Tries every engine and device with one tiny training step and says what came of it. The CPU is the judge of the others. */
export async function checkDevices(): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  const reference = await tinyStep('cpu');
  for (const device of DEVICES) {
    const result = { engine: 'onnx', device } as const;
    if (!onnxDevices().includes(device)) {
      results.push({ ...result, ok: false, detail: `not part of this build of onnxruntime for ${process.platform} ${process.arch}` });
      continue;
    }
    try {
      const { loss, milliseconds } = device === 'cpu' ? reference : await tinyStep(device);
      const off = Math.abs(loss - reference.loss) / Math.abs(reference.loss);
      const ok = Number.isFinite(loss) && off <= AGREE;
      const detail = ok
        ? `a training step took ${milliseconds.toFixed(1)} ms`
        : `a training step gave the loss ${loss} where the CPU gives ${reference.loss}`;
      results.push({ ...result, ok, detail });
    } catch (error) {
      const known = asAppError(error);
      results.push({
        ...result,
        ok: false,
        detail: `${known.message}${typeof known.details['detail'] === 'string' ? ` (${known.details['detail']})` : ''}`,
      });
    }
  }
  results.push({ engine: 'tensorflow', device: 'cpu', ok: false, detail: 'the TensorFlow engine is not part of this version' });
  return results;
}

async function tinyStep(device: DeviceName): Promise<{ loss: number; milliseconds: number }> {
  const task = trainingTask(SPEC, { scope: 'all', batchNorm: 'batch', margin: 2, optimizer: { name: 'adam', weightDecay: 0, clipNorm: 1 } }, PAIRS);
  const params = initialTensors(siameseParams(SPEC), 1);
  const trainer = await openEngine('onnx', device).trainer(() => task, new Map(), { params, slots: new Map(), step: 0 });
  try {
    const random = randomFor(1, 'check');
    const images = Float32Array.from({ length: 2 * PAIRS * 3 * SPEC.size ** 2 }, () => random.between(-1, 1));
    const inputs = { images, labels: Float32Array.of(0, 1) };
    const { loss } = await trainer.step(inputs, PAIRS, 1e-3);
    const began = performance.now();
    await trainer.step(inputs, PAIRS, 1e-3);
    return { loss, milliseconds: performance.now() - began };
  } finally {
    await trainer.dispose();
  }
}
