import { availableParallelism } from 'node:os';
import { randomFor } from '../../../shared/random.ts';
import type { StepProfile } from '../../../shared/step-profile.ts';
import { initialTensors } from '../../nn/initialise.ts';
import { contrastive } from '../../nn/losses/contrastive.ts';
import { embeddingTask, type Entry, entryOf, entryShape, layerNames, siameseParams, type SiameseSpec, trainingTask } from '../../nn/siamese.ts';
import { gradCamTask } from '../../nn/explain/gradcam.ts';
import { channelBlock } from '../../nn/engines/onnx-blocks.ts';
import type { ProfileEvent, Profiler } from '../../nn/engines/onnx-session.ts';
import { compileForward } from '../../nn/engines/forward.ts';
import { sizeOf } from '../../nn/ir/tensor.ts';
import { profileOf } from './bench-profile.ts';
import { openEngine } from '../engine/engine-choice.ts';
import { throwIfCancelled } from '../async/parallel.ts';
import type { BenchRequest, BenchResult } from '../protocol/bench.ts';
import type { CallContext } from '../protocol/protocol.ts';

/**
 * Measures the seconds of each of `steps` steps after one warm-up step, with random weights and inputs. A step is one training step
 * of the scope (Adam), one forward pass of all images, or the explanation of all pairs at the last layer.
 */
export async function bench(request: BenchRequest, { signal, progress }: CallContext<'bench'>): Promise<BenchResult> {
  const events: ProfileEvent[] = [];
  const { step, dispose } = await prepareStep(request, request.profile ? (trace) => events.push(...trace) : undefined);
  const seconds: number[] = [];
  try {
    await step();
    for (let i = 0; i < request.steps; i++) {
      throwIfCancelled(signal);
      const began = performance.now();
      await step();
      seconds.push((performance.now() - began) / 1000);
      progress({ done: i + 1, total: request.steps });
    }
  } finally {
    await dispose();
  }
  const profile: StepProfile | null = request.profile ? profileOf(events, request.steps + 1) : null;
  const block = request.engine === 'onnx' && request.device === 'cpu' ? await channelBlock() : 0;
  return { seconds, threads: availableParallelism(), channelBlock: block, peakBytes: process.resourceUsage().maxRSS * 1024, profile };
}

async function prepareStep(
  { task, backbone, encoder = null, pairs, size, scope, batchNorm, engine: name, device }: BenchRequest,
  profiler?: Profiler,
): Promise<{ step(): Promise<unknown>; dispose(): Promise<void> }> {
  const spec: SiameseSpec = { backbone, encoder, flavour: 'torch', size, dim: 2 };
  const engine = await openEngine(name, device, profiler);
  const params = initialTensors(siameseParams(spec), 1);
  const random = randomFor(1, 'bench');
  const inputs = (entry: Entry): Float32Array => {
    const perImage = entry === 'image' ? 3 * size * size : sizeOf(entryShape(spec, entry));
    return Float32Array.from({ length: 2 * pairs * perImage }, () => random.normal());
  };
  if (task === 'train') {
    const options = { scope, batchNorm, loss: contrastive, margin: 2, optimizer: { name: 'adam', weightDecay: 0, clipNorm: 1 } } as const;
    const first = trainingTask(spec, options, pairs);
    const updated = new Set([...first.trainable, ...first.statistics.map(({ name }) => name)]);
    const state = { params: new Map([...params].filter(([n]) => updated.has(n))), slots: new Map(), step: 0 };
    const trainer = await engine.trainer((n) => trainingTask(spec, options, n), params, state);
    const images = inputs(entryOf[scope]);
    const labels = Float32Array.from({ length: pairs }, (_, i) => i % 2);
    return { step: () => trainer.step({ images, labels }, pairs, 1e-5), dispose: () => trainer.dispose() };
  }
  const images = inputs('image');
  const exe =
    task === 'infer'
      ? await compileForward(engine, (n) => embeddingTask(spec, 'image', n), 2 * pairs, params)
      : await engine.compile(gradCamTask(spec, layerNames(backbone).at(-1)!, pairs), params);
  return { step: () => exe.run({ images }), dispose: () => exe.dispose() };
}
