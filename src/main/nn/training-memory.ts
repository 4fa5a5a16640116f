import { samplesPerStep } from '../../shared/losses.ts';
import type { RunConfig } from '../../shared/run.ts';
import { lowerGradients } from './engines/onnx-lower.ts';
import type { Program } from './ir/program.ts';
import { sizeOf } from './ir/tensor.ts';
import type { Shape, Value } from './ir/value.ts';
import { lossOf } from './losses/index.ts';
import { siameseParams, specOf, trainingTask } from './siamese.ts';

/** Bytes of the compute process without a network. */
const BASE = 250 * 2 ** 20;
/** onnxruntime's memory pool, which grows in powers of two, over what is in use: measured 1.2 to 1.8. */
const POOL = 1.5;
/** Of trained weights: the weights, their gradients and the two moments of Adam. */
const COPIES = 4;
/** Channels of the blocked layout, which hardly changes the size of a step. */
const BLOCK = 16;

/**
 * Bytes that training steps take on a processor, roughly: within 15 % of the measured peaks of steps of all layers from 0.8 to 2.8 GB
 * (docs/benchmarks/vision-transformers.md). Takes 40 to 190 ms.
 */
export function trainingMemory(config: RunConfig): number {
  const spec = specOf(config);
  const { scope, batchNorm, margin, optimizer: name, weightDecay, clipNorm } = config;
  const optimizer = { name, weightDecay, clipNorm };
  const task = trainingTask(spec, { scope, batchNorm, loss: lossOf(config.loss), margin, classes: 2, optimizer }, samplesPerStep(config));
  const params = siameseParams(spec);
  const trained = new Set(task.trainable);
  const frozen = new Map(params.filter((param) => !trained.has(param.name)).map(({ name, shape }) => [name, { shape, data: EMPTY }]));
  const weights = params.reduce((sum, param) => sum + (trained.has(param.name) ? COPIES : 1) * bytesOf(param.shape), 0);
  return BASE + weights + POOL * peakBytes(lowerGradients(task, frozen, 'cpu', BLOCK));
}

const EMPTY = new Float32Array(0); // only shapes matter

const bytesOf = (shape: Shape): number => 4 * sizeOf(shape);

/** The largest sum of the values that a program's instructions have computed and still need, in their order. */
export function peakBytes({ instructions, outputs }: Program): number {
  const sources = new Map<Value, Value>(); // of reshaped values, which have no copy
  const sourceOf = (value: Value): Value => sources.get(value) ?? value;
  const lastUse = new Map<Value, number>();
  instructions.forEach(({ operation, inputs, outputs: results }, i) => {
    for (const value of inputs) lastUse.set(sourceOf(value), i);
    if (operation.name === 'reshape') sources.set(results[0]!, sourceOf(inputs[0]!));
  });
  for (const value of outputs.values()) lastUse.set(sourceOf(value), Infinity);
  const freed = new Map<number, number>(); // bytes by instruction
  let live = 0;
  let peak = 0;
  instructions.forEach((instruction, i) => {
    for (const value of instruction.outputs) {
      if (sources.has(value)) continue;
      const last = lastUse.get(value) ?? i;
      live += bytesOf(value.shape);
      freed.set(last, (freed.get(last) ?? 0) + bytesOf(value.shape));
    }
    peak = Math.max(peak, live);
    live -= freed.get(i) ?? 0;
  });
  return peak;
}
