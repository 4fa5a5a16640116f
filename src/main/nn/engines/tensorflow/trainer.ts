import type { Scalar, Tensor } from '@tensorflow/tfjs';
import type { DeviceName } from '../../../../shared/run.ts';
import { correctionsAfter } from '../../optimizers/optimizer.ts';
import type { TrainTask } from '../../ir/task.ts';
import type { SourceProgram } from '../../ir/program.ts';
import type { TensorMap } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import { initialSlots, type StepResult, type Trainer, type TrainState } from '../engine.ts';
import { memoryError } from '../device-error.ts';
import { updateProgram } from '../programs.ts';
import { type Differentiated, MicroBatchedStep } from '../micro-batches.ts';
import { evaluate } from './evaluate.ts';
import { bindInputs, tensorOf, yieldToEvents } from './executable.ts';
import { type DeviceTensor, channelsFirst } from './device-tensor.ts';
import type { Tf } from './library.ts';

interface StepOutput extends Differentiated<Tensor[]> {
  batch: Tensor[]; // this batch's value of each running statistic
}

/** A training step on TF.js. TF.js differentiates the loss; the optimizer's update is evaluated on those gradients. */
export class TensorflowTrainer implements Trainer {
  private readonly tf: Tf;
  private readonly device: DeviceName;
  private readonly task: TrainTask; // for one sample; only the parts that don't depend on the batch size are used
  private readonly batches: MicroBatchedStep<Tensor[], StepOutput>;
  private readonly taskFor: (samples: number) => TrainTask;
  private readonly paramNames: ReadonlySet<string>;
  private readonly frozen = new Map<string, Tensor>();
  private readonly tasks = new Map<number, TrainTask>();
  private readonly update: SourceProgram;
  private current: Map<string, Tensor>;
  private steps: number;

  constructor(tf: Tf, device: DeviceName, taskFor: (samples: number) => TrainTask, frozen: TensorMap, initial: TrainState) {
    this.tf = tf;
    this.device = device;
    this.taskFor = taskFor;
    this.steps = initial.step;
    this.paramNames = new Set(initial.params.keys());
    const task = taskFor(1);
    this.task = task;
    this.batches = new MicroBatchedStep({
      divisible: task.samples.divisible && task.statistics.length === 0,
      imagesPerSample: task.samples.images,
      differentiate: (inputs, samples) => this.differentiate(inputs, samples),
      add: (sum, part, share) => this.accumulate(sum, part, share),
      release: () => Promise.resolve(), // tf.tidy has freed a failed attempt's tensors
    });
    this.update = updateProgram(task);
    this.current = new Map([...initial.params, ...initialSlots(task, initial)].map(([name, t]) => [name, tensorOf(tf, t.data, t.shape)]));
    for (const name of task.program.params.keys()) {
      const tensor = this.paramNames.has(name) ? undefined : frozen.get(name);
      if (tensor) this.frozen.set(name, tensorOf(tf, tensor.data, tensor.shape));
    }
  }

  async step(inputs: Readonly<Record<string, Float32Array>>, samples: number, lr: number): Promise<StepResult> {
    const { tf } = this;
    const { loss, distances, gradients, batch, partSize } = await this.batches.differentiate(inputs, samples);
    const { trainable, statistics } = this.task;
    const { correction1, correction2 } = correctionsAfter(this.steps);
    const next = tf.tidy(() => {
      const inputs = new Map([
        ...this.current,
        ...trainable.map((name, i): [string, Tensor] => [`gradient:${name}`, gradients[i]!]),
        ...statistics.map(({ name }, i): [string, Tensor] => [`batch:${name}`, batch[i]!]),
        ['lr', tf.scalar(lr)],
        ['correction1', tf.scalar(correction1)],
        ['correction2', tf.scalar(correction2)],
      ]);
      const bound = new Map([...this.update.inputs].map(([name, value]) => [value, channelsFirst(inputs.get(name)!)]));
      const found = evaluate(tf, this.update, [...this.update.outputs.values()], bound);
      return Object.fromEntries([...this.update.outputs].map(([name, value]) => [name, found.get(value)!.tensor]));
    });
    tf.dispose([...gradients, ...batch]);
    for (const [name, previous] of this.current) {
      previous.dispose();
      this.current.set(name, next[`next:${name}`]!);
    }
    this.steps++;
    const norm = next['gradientNorm']!;
    const [gradientNorm] = await norm.data();
    norm.dispose();
    return { loss, distances, gradientNorm: gradientNorm!, partSize };
  }

  async state(): Promise<TrainState> {
    const params: TensorMap = new Map();
    const slots: TensorMap = new Map();
    for (const [name, tensor] of this.current) {
      const data = Float32Array.from(await tensor.data<'float32'>());
      (this.paramNames.has(name) ? params : slots).set(name, { shape: tensor.shape, data });
    }
    return { params, slots, step: this.steps };
  }

  dispose(): Promise<void> {
    for (const tensor of [...this.current.values(), ...this.frozen.values()]) tensor.dispose();
    return Promise.resolve();
  }

  private async differentiate(inputs: Readonly<Record<string, Float32Array>>, samples: number): Promise<StepOutput> {
    await yieldToEvents();
    const { tf } = this;
    try {
      const { loss, distances, ...found } = tf.tidy(() => this.computeGradients(this.taskOf(samples), inputs));
      const [lossData, distanceData] = await Promise.all([loss.data(), distances.data<'float32'>()]);
      tf.dispose([loss, distances]);
      return { loss: lossData[0]!, distances: distanceData, ...found };
    } catch (error) {
      throw memoryError(this.device, error) ?? error;
    }
  }

  private computeGradients(
    { program, loss, distances, statistics, trainable }: TrainTask,
    inputs: Readonly<Record<string, Float32Array>>,
  ): { loss: Scalar; distances: Tensor; gradients: Tensor[]; batch: Tensor[] } {
    const { tf } = this;
    const parameterOf = (name: string): Value => program.params.get(name)!.value;
    const fixed = [...program.params.keys()].filter((name) => !trainable.includes(name));
    const bound = new Map<Value, DeviceTensor>([
      ...bindInputs(tf, program, inputs),
      ...fixed.map((name): [Value, DeviceTensor] => [parameterOf(name), channelsFirst(this.current.get(name) ?? this.frozen.get(name)!)]),
    ]);
    const reported: Tensor[] = []; // the distances, then the batch statistics
    try {
      const { value, grads } = tf.valueAndGrads((...tensors) => {
        const variables = trainable.map((name, i): [Value, DeviceTensor] => [parameterOf(name), channelsFirst(tensors[i]!)]);
        const values = evaluate(tf, program, [loss, distances, ...statistics.map((s) => s.batch)], new Map([...bound, ...variables]));
        reported.push(...[distances, ...statistics.map((s) => s.batch)].map((v) => tf.keep(values.get(v)!.tensor)));
        return values.get(loss)!.tensor as Scalar;
      })(trainable.map((name) => this.current.get(name)!));
      const [distanceCopy, ...batch] = reported.map((tensor) => tf.clone(tensor));
      return { loss: value, distances: distanceCopy!, batch, gradients: grads };
    } finally {
      tf.dispose(reported);
    }
  }

  /** sum + share * part. Disposes of both. */
  private accumulate(sum: Tensor[] | null, part: Tensor[], share: number): Tensor[] {
    const { tf } = this;
    const next = part.map((gradient, i) => tf.tidy(() => (sum ? tf.add(sum[i]!, tf.mul(gradient, share)) : tf.mul(gradient, share))));
    tf.dispose([...(sum ?? []), ...part]);
    return next;
  }

  private taskOf(samples: number): TrainTask {
    const task = this.tasks.get(samples) ?? this.taskFor(samples);
    this.tasks.set(samples, task);
    return task;
  }
}
