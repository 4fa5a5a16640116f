import type * as ort from 'onnxruntime-node';
import type { DeviceName } from '../../../shared/run.ts';
import { UpdateInPlace } from '../optimizers/in-place.ts';
import type { TrainTask } from '../ir/task.ts';
import type { Tensor, TensorMap } from '../ir/tensor.ts';
import { toldError } from './device-error.ts';
import { lowerGradients } from './onnx-lower.ts';
import { initialSlots, type StepResult, type Trainer, type TrainState } from './engine.ts';
import { channelBlock } from './onnx-blocks.ts';
import { open, type OpenSession, type Profiler, runSession, tensor, written } from './onnx-session.ts';
import { type Differentiated, PartedStep } from './parted-step.ts';

interface Compiled extends OpenSession {
  inputs: ReadonlyMap<string, readonly number[]>;
}

type Gradients = readonly Float32Array[]; // of task.trainable

interface Found extends Differentiated<Gradients> {
  out: Readonly<Record<string, ort.Tensor>>; // of which the batch's statistics are still to be read
}

/**
 * Training with the weights in main memory: the graph gives the gradients, written into buffers that are there from the first
 * step on, and the optimizer's rule overwrites weights and slots where they lie. So a step holds each of them once. On the
 * processor; and on graphics cards whose provider leaves nothing on the card from one run to the next.
 */
export class HostTrainer implements Trainer {
  private readonly device: DeviceName;
  private readonly compiled = new Map<number, Compiled>();
  private readonly taskFor: (pairs: number) => TrainTask;
  private readonly frozen: TensorMap;
  private readonly profiler: Profiler | undefined;
  private readonly task: TrainTask; // of one pair: what follows the gradients is the same for all
  private readonly weights: UpdateInPlace;
  private readonly statistics: TensorMap;
  private readonly parted: PartedStep<Gradients, Found>;
  private steps: number;

  constructor(device: DeviceName, taskFor: (pairs: number) => TrainTask, frozen: TensorMap, initial: TrainState, profiler?: Profiler) {
    this.device = device;
    this.taskFor = taskFor;
    this.frozen = without(frozen, initial.params); // what moves is held once
    this.profiler = profiler;
    this.steps = initial.step;
    this.task = taskFor(1);
    this.weights = laidInMemory(this.task, initial);
    this.statistics = copied(without(initial.params, this.weights.params));
    this.parted = new PartedStep({
      divisible: this.task.samples.divisible && this.task.statistics.length === 0,
      imagesPerSample: this.task.samples.images,
      differentiate: (inputs, pairs) => this.differentiate(inputs, pairs),
      add: added,
      release: () => this.dispose(),
    });
  }

  async step(inputs: Readonly<Record<string, Float32Array>>, pairs: number, lr: number): Promise<StepResult> {
    const { loss, distances, gradients, out, partPairs } = await this.parted.differentiate(inputs, pairs);
    return { loss, distances, gradientNorm: this.update(gradients, out, lr), partPairs };
  }

  private async differentiate(inputs: Readonly<Record<string, Float32Array>>, pairs: number): Promise<Found> {
    const { session, inputs: shapes } = await this.compiledFor(pairs);
    const feeds: Record<string, ort.Tensor> = {};
    for (const [name, shape] of shapes) feeds[name] = tensor(inputs[name]!, shape);
    for (const [name, { shape, data }] of this.weights.params) feeds[name] = tensor(data, shape);
    const fetches: Record<string, ort.Tensor | null> = { loss: null, distances: null };
    for (const { name } of this.task.statistics) fetches[`batch:${name}`] = null;
    for (const [name, { shape, data }] of this.weights.gradients) fetches[`gradient:${name}`] = tensor(data, shape);
    const out = await runSession(session, this.device, feeds, fetches);
    return {
      loss: (out.loss!.data as Float32Array)[0]!,
      distances: written(out.distances!, this.device),
      gradients: [...this.weights.gradients.values()].map(({ data }) => data),
      out,
    };
  }

  state(): Promise<TrainState> {
    return Promise.resolve({
      params: copied(new Map([...this.weights.params, ...this.statistics])),
      slots: copied(this.weights.slots),
      step: this.steps,
    });
  }

  async dispose(): Promise<void> {
    for (const { close } of this.compiled.values()) await close();
    this.compiled.clear();
  }

  /** Follows the batch's statistics and applies the optimizer's rule; returns the gradients' norm before clipping. */
  private update(gradients: Gradients, out: Readonly<Record<string, ort.Tensor>>, lr: number): number {
    for (const { name, momentum } of this.task.statistics) {
      const running = this.statistics.get(name)!.data;
      const batch = out[`batch:${name}`]!.data as Float32Array;
      batch.forEach((x, i) => (running[i] = (1 - momentum) * running[i]! + momentum * x));
    }
    [...this.weights.gradients.values()].forEach(({ data }, i) => {
      if (data !== gradients[i]) data.set(gradients[i]!); // a sum of parts
    });
    return this.weights.step(this.steps++, lr);
  }

  private async compiledFor(pairs: number): Promise<Compiled> {
    const known = this.compiled.get(pairs);
    if (known) return known;
    const task = this.taskFor(pairs);
    const block = this.device === 'cpu' ? await channelBlock() : 0;
    const opened = await open(lowerGradients(task, this.frozen, this.device, block), this.device, this.profiler);
    const compiled = { ...opened, inputs: new Map([...task.program.inputs].map(([name, v]) => [name, v.shape])) };
    this.compiled.set(pairs, compiled);
    return compiled;
  }
}

/** Throws AppError('engine') where main memory does not suffice, whatever the device. */
function laidInMemory(task: TrainTask, initial: TrainState): UpdateInPlace {
  try {
    return new UpdateInPlace(task, initial.params, initialSlots(task, initial));
  } catch (error) {
    throw toldError('cpu', error);
  }
}

/** sum + share * part; the first sum is memory of its own. */
function added(sum: Gradients | null, part: Gradients, share: number): Gradients {
  if (!sum) return part.map((gradient) => gradient.map((x) => share * x));
  for (const [k, gradient] of part.entries()) {
    const into = sum[k]!;
    for (let i = 0; i < gradient.length; i++) into[i]! += share * gradient[i]!;
  }
  return sum;
}

const copied = (tensors: TensorMap): TensorMap =>
  new Map([...tensors].map(([name, { shape, data }]): [string, Tensor] => [name, { shape, data: Float32Array.from(data) }]));

const without = (tensors: TensorMap, others: TensorMap): TensorMap => new Map([...tensors].filter(([name]) => !others.has(name)));
