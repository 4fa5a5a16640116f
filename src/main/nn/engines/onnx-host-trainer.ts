import type * as ort from 'onnxruntime-node';
import type { DeviceName } from '../../../shared/run.ts';
import { UpdateInPlace } from '../optimizers/in-place.ts';
import type { TrainTask } from '../ir/task.ts';
import type { Tensor, TensorMap } from '../ir/tensor.ts';
import { explainDeviceError } from './device-error.ts';
import { lowerGradients } from './onnx-lower.ts';
import { initialSlots, type StepResult, type Trainer, type TrainState } from './engine.ts';
import { channelBlock } from './onnx-blocks.ts';
import { open, type OpenSession, type Profiler, runOrOutOfMemory, runSession, tensor } from './onnx-session.ts';
import { type Differentiated, MicroBatchedStep } from './micro-batches.ts';

interface Compiled extends OpenSession {
  inputs: ReadonlyMap<string, readonly number[]>;
}

type Gradients = readonly Float32Array[]; // of task.trainable

interface StepOutput extends Differentiated<Gradients> {
  out: Readonly<Record<string, ort.Tensor>>; // `update` reads `batch:NAME` of each running statistic
}

/**
 * Training with the weights in main memory. The session writes gradients into buffers that are allocated once, and the optimizer
 * updates weights and slots in place, so there is one copy of each. For the CPU, and for graphics cards whose provider can't keep
 * tensors in device memory between runs.
 */
export class HostTrainer implements Trainer {
  private readonly device: DeviceName;
  private readonly compiled = new Map<number, Compiled>();
  private readonly taskFor: (samples: number) => TrainTask;
  private readonly frozen: TensorMap;
  private readonly profiler: Profiler | undefined;
  private readonly task: TrainTask; // for one sample; only the parts that don't depend on the batch size are used
  private readonly weights: UpdateInPlace;
  private readonly statistics: TensorMap;
  private readonly batches: MicroBatchedStep<Gradients, StepOutput>;
  private steps: number;

  constructor(device: DeviceName, taskFor: (samples: number) => TrainTask, frozen: TensorMap, initial: TrainState, profiler?: Profiler) {
    this.device = device;
    this.taskFor = taskFor;
    this.frozen = omit(frozen, initial.params); // `initial` has the updated tensors
    this.profiler = profiler;
    this.steps = initial.step;
    this.task = taskFor(1);
    this.weights = loadIntoMemory(this.task, initial);
    this.statistics = copyOf(omit(initial.params, this.weights.params));
    this.batches = new MicroBatchedStep({
      divisible: this.task.samples.divisible && this.task.statistics.length === 0,
      imagesPerSample: this.task.samples.images,
      differentiate: (inputs, samples) => this.differentiate(inputs, samples),
      add: accumulate,
      release: () => this.dispose(),
    });
  }

  async step(inputs: Readonly<Record<string, Float32Array>>, samples: number, lr: number): Promise<StepResult> {
    const { loss, distances, gradients, out, partSize } = await this.batches.differentiate(inputs, samples);
    return { loss, distances, gradientNorm: this.update(gradients, out, lr), partSize };
  }

  private async differentiate(inputs: Readonly<Record<string, Float32Array>>, samples: number): Promise<StepOutput> {
    const { session, inputs: shapes } = await this.compiledFor(samples);
    const feeds: Record<string, ort.Tensor> = {};
    for (const [name, shape] of shapes) feeds[name] = tensor(inputs[name]!, shape);
    for (const [name, { shape, data }] of this.weights.params) feeds[name] = tensor(data, shape);
    const fetches: Record<string, ort.Tensor | null> = { loss: null, distances: null };
    for (const { name } of this.task.statistics) fetches[`batch:${name}`] = null;
    for (const [name, { shape, data }] of this.weights.gradients) fetches[`gradient:${name}`] = tensor(data, shape);
    const { out, distances } = await runOrOutOfMemory(runSession(session, this.device, feeds, fetches), this.device);
    return {
      loss: (out.loss!.data as Float32Array)[0]!,
      distances,
      gradients: [...this.weights.gradients.values()].map(({ data }) => data),
      out,
    };
  }

  state(): Promise<TrainState> {
    return Promise.resolve({
      params: copyOf(new Map([...this.weights.params, ...this.statistics])),
      slots: copyOf(this.weights.slots),
      step: this.steps,
    });
  }

  async dispose(): Promise<void> {
    for (const { close } of this.compiled.values()) await close();
    this.compiled.clear();
  }

  /** Updates the running statistics and the weights. Returns the gradient norm before clipping. */
  private update(gradients: Gradients, out: Readonly<Record<string, ort.Tensor>>, lr: number): number {
    for (const { name, momentum } of this.task.statistics) {
      const running = this.statistics.get(name)!.data;
      const batch = out[`batch:${name}`]!.data as Float32Array;
      batch.forEach((x, i) => (running[i] = (1 - momentum) * running[i]! + momentum * x));
    }
    [...this.weights.gradients.values()].forEach(({ data }, i) => {
      if (data !== gradients[i]) data.set(gradients[i]!); // accumulated over parts
    });
    return this.weights.step(this.steps++, lr);
  }

  private async compiledFor(samples: number): Promise<Compiled> {
    const existing = this.compiled.get(samples);
    if (existing) return existing;
    const task = this.taskFor(samples);
    const block = this.device === 'cpu' ? await channelBlock() : 0;
    const opened = await open(lowerGradients(task, this.frozen, this.device, block), this.device, this.profiler);
    const compiled = { ...opened, inputs: new Map([...task.program.inputs].map(([name, v]) => [name, v.shape])) };
    this.compiled.set(samples, compiled);
    return compiled;
  }
}

/** Throws AppError('engine') where main memory is too small; the weights are there on every device. */
function loadIntoMemory(task: TrainTask, initial: TrainState): UpdateInPlace {
  try {
    return new UpdateInPlace(task, initial.params, initialSlots(task, initial));
  } catch (error) {
    throw explainDeviceError('cpu', error);
  }
}

/** sum + share * part; the first sum is newly allocated. */
function accumulate(sum: Gradients | null, part: Gradients, share: number): Gradients {
  if (!sum) return part.map((gradient) => gradient.map((x) => share * x));
  for (const [k, gradient] of part.entries()) {
    const total = sum[k]!;
    for (let i = 0; i < gradient.length; i++) total[i]! += share * gradient[i]!;
  }
  return sum;
}

const copyOf = (tensors: TensorMap): TensorMap =>
  new Map([...tensors].map(([name, { shape, data }]): [string, Tensor] => [name, { shape, data: Float32Array.from(data) }]));

const omit = (tensors: TensorMap, others: TensorMap): TensorMap => new Map([...tensors].filter(([name]) => !others.has(name)));
