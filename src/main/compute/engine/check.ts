import type { CheckResult } from '../../../shared/engine-check.ts';
import { asAppError } from '../../../shared/errors.ts';
import { randomFor } from '../../../shared/random.ts';
import { BACKBONE_INFO, NETWORKS } from '../../../shared/backbones.ts';
import type { DeviceName, EngineName } from '../../../shared/run.ts';
import { DEVICES } from '../../../shared/training-options/table.ts';
import type { Engine, Trainer } from '../../nn/engines/engine.ts';
import { onnxDevices, onnxEngine } from '../../nn/engines/onnx.ts';
import type { Profiler } from '../../nn/engines/onnx-session.ts';
import { BACKEND_LABELS } from '../../nn/engines/tensorflow.ts';
import { tensorflowLibrary } from '../../nn/engines/tensorflow/library.ts';
import { initialTensors } from '../../nn/initialise.ts';
import { contrastive } from '../../nn/losses/contrastive.ts';
import { isOf } from '../../nn/ir/program.ts';
import { PRIMITIVES } from '../../nn/ir/primitives/index.ts';
import { siameseParams, type SiameseSpec, trainingTask } from '../../nn/siamese.ts';
import { openEngine } from './engine-choice.ts';
import { throwIfCancelled } from '../async/parallel.ts';
import type { CallContext } from '../protocol/protocol.ts';

interface TestStep {
  spec: SiameseSpec;
  pairs: number;
}

/** The first step fits every device. The second is large enough to measure a graphics card. */
const TINY: TestStep = { spec: { backbone: 'compact', flavour: 'torch', size: 32, dim: 2 }, pairs: 2 };
const TIMED: TestStep = { spec: { backbone: 'compact', flavour: 'torch', size: 96, dim: 16 }, pairs: 8 };
const STEP = { scope: 'all', batchNorm: 'batch', loss: contrastive, margin: 2, optimizer: { name: 'adam', weightDecay: 0, clipNorm: 1 } } as const;
const STEPS = 5;
const TIME_LIMIT_MS = 2000; // for all timed steps of a device
const LOSS_TOLERANCE = 1e-3; // largest relative difference to the CPU's loss

/**
 * Checks every engine and device with a tiny training step and times a larger one. ONNX on the CPU is the reference. `verbose`:
 * also finds the operators that fall back to the CPU.
 */
export async function checkDevices(
  { verbose = false }: { verbose?: boolean } = {},
  context?: Pick<CallContext<'check'>, 'signal'>,
): Promise<CheckResult[]> {
  const reference = await withTrainer(onnxEngine('cpu'), TINY, (step) => step());
  const results: CheckResult[] = [];
  for (const [engine, device] of candidates()) {
    throwIfCancelled(context?.signal);
    results.push(await checkDevice(engine, device, reference, verbose));
  }
  return results;
}

/** Every engine with the devices that it supports. */
const candidates = (): [EngineName, DeviceName][] => [
  ...DEVICES.map((device): [EngineName, DeviceName] => ['onnx', device]),
  ['tensorflow', 'cpu'],
  ['tensorflow', 'cuda'],
];

async function checkDevice(name: EngineName, device: DeviceName, reference: number, verbose: boolean): Promise<CheckResult> {
  const result = (ok: boolean, detail: string, rest: Partial<CheckResult> = {}): CheckResult => ({
    engine: name,
    device,
    ok,
    detail,
    imagesPerSecond: null,
    cpuFallbackOps: null,
    ...rest,
  });
  if (name === 'onnx' && !onnxDevices().includes(device)) {
    return result(false, `not part of this build of onnxruntime for ${process.platform} ${process.arch}`);
  }
  try {
    const engine = await openEngine(name, device);
    const loss = await withTrainer(engine, TINY, (step) => step());
    const difference = Math.abs(loss - reference) / Math.abs(reference);
    if (!(difference <= LOSS_TOLERANCE)) return result(false, `the loss of a training step is ${loss}, but ${reference} on the CPU`);
    const cpuFallbackOps = verbose && name === 'onnx' && device !== 'cpu' ? await findCpuFallbackOps(device) : null;
    const backendPrefix = name === 'tensorflow' ? `${BACKEND_LABELS[(await tensorflowLibrary()).backend]}: ` : '';
    if (name === 'tensorflow' && (await tensorflowLibrary()).backend === 'script') {
      return result(true, `${backendPrefix}correct, but too slow for training. "npm run install-cuda" adds TensorFlow's native library`, {
        cpuFallbackOps,
      });
    }
    const milliseconds = await withTrainer(engine, TIMED, medianMilliseconds);
    const imagesPerSecond = (2 * TIMED.pairs * 1000) / milliseconds;
    return result(true, `${backendPrefix}a training step of ${TIMED.pairs} pairs took ${milliseconds.toFixed(1)} ms`, {
      imagesPerSecond,
      cpuFallbackOps,
    });
  } catch (error) {
    const known = asAppError(error);
    return result(false, `${known.message}${typeof known.details['detail'] === 'string' ? ` (${known.details['detail']})` : ''}`);
  }
}

/** Operators that only copy a tensor to or from the device. */
const TRANSFER = /^Memcpy/;

async function findCpuFallbackOps(device: DeviceName): Promise<string[]> {
  const found = new Set<string>();
  const profiler: Profiler = (events) => {
    for (const { args } of events) {
      if (args?.provider === 'CPUExecutionProvider' && args.op_name !== undefined && !TRANSFER.test(args.op_name)) found.add(args.op_name);
    }
  };
  for (const trial of testStepsOfAllOperations()) await withTrainer(onnxEngine(device, profiler), trial, (step) => step());
  return [...found].sort();
}

/** Training steps of a few backbones, small ones first, that together cover the operations of all backbones. */
export function testStepsOfAllOperations(): TestStep[] {
  const seen = new Set<string>();
  const trials = NETWORKS.map((backbone): TestStep => ({ ...TINY, spec: { ...TINY.spec, backbone, size: BACKBONE_INFO[backbone].smallest } }));
  return trials.filter(({ spec, pairs }) => {
    const { program } = trainingTask(spec, STEP, pairs);
    const before = seen.size;
    for (const i of program.instructions) seen.add(isOf(i, PRIMITIVES.conv) && i.attrs.groups > 1 ? 'conv, grouped' : i.operation.name);
    return seen.size > before;
  });
}

/** Calls `work` with a function that runs one training step and returns its loss. */
async function withTrainer<T>(engine: Engine, { spec, pairs }: TestStep, work: (step: () => Promise<number>) => Promise<T>): Promise<T> {
  const params = initialTensors(siameseParams(spec), 1);
  const trainer: Trainer = await engine.trainer((n) => trainingTask(spec, STEP, n), new Map(), { params, slots: new Map(), step: 0 });
  try {
    const random = randomFor(1, 'check');
    const images = Float32Array.from({ length: 2 * pairs * 3 * spec.size ** 2 }, () => random.between(-1, 1));
    const inputs = { images, labels: Float32Array.from({ length: pairs }, (_, i) => i % 2) };
    return await work(async () => (await trainer.step(inputs, pairs, 1e-3)).loss);
  } finally {
    await trainer.dispose();
  }
}

/** Median of up to five steps after a warm-up step. */
async function medianMilliseconds(step: () => Promise<number>): Promise<number> {
  await step();
  const times: number[] = [];
  for (let spent = 0; times.length < STEPS && spent < TIME_LIMIT_MS; spent += times.at(-1)!) {
    const began = performance.now();
    await step();
    times.push(performance.now() - began);
  }
  return times.sort((a, b) => a - b)[times.length >> 1]!;
}
