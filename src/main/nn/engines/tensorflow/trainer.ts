import type { Scalar, Tensor } from '@tensorflow/tfjs';
import type { Value } from '../../graph.ts';
import { lowerUpdate } from '../../lower.ts';
import { BETA1, BETA2 } from '../../optimizers/optimizer.ts';
import type { TrainTask } from '../../task.ts';
import type { TensorMap } from '../../tensor.ts';
import { initialSlots, type StepResult, type Trainer, type TrainState } from '../engine.ts';
import { evaluate } from './evaluate.ts';
import { boundInputs, tensorOf, turn } from './executable.ts';
import { type Held, plain } from './held.ts';
import type { Tf } from './library.ts';
import { Update } from './program.ts';

interface Differentiated {
  loss: Scalar;
  distances: Tensor;
  batch: Tensor[]; // a statistic of this batch for each follower
  gradients: Tensor[];
}

/** A training step on TF.js: it differentiates the loss by itself, then the optimizer's update is run on its gradients. */
export class TensorflowTrainer implements Trainer {
  private readonly tf: Tf;
  private readonly taskFor: (pairs: number) => TrainTask;
  private readonly paramNames: ReadonlySet<string>;
  private readonly frozen = new Map<string, Tensor>();
  private readonly tasks = new Map<number, TrainTask>();
  private readonly update: Update;
  private current: Map<string, Tensor>;
  private steps: number;

  constructor(tf: Tf, taskFor: (pairs: number) => TrainTask, frozen: TensorMap, initial: TrainState) {
    this.tf = tf;
    this.taskFor = taskFor;
    this.steps = initial.step;
    this.paramNames = new Set(initial.params.keys());
    const task = taskFor(1);
    this.update = new Update(tf, lowerUpdate(task));
    this.current = new Map([...initial.params, ...initialSlots(task, initial)].map(([name, t]) => [name, tensorOf(tf, t.data, t.shape)]));
    for (const name of task.graph.params.keys()) {
      const still = this.paramNames.has(name) ? undefined : frozen.get(name);
      if (still) this.frozen.set(name, tensorOf(tf, still.data, still.shape));
    }
  }

  async step(inputs: Readonly<Record<string, Float32Array>>, pairs: number, lr: number): Promise<StepResult> {
    await turn();
    const { tf } = this;
    const task = this.taskOf(pairs);
    const t = this.steps + 1;
    let next: Map<string, Tensor>;
    const { loss, distances, gradientNorm } = tf.tidy(() => {
      const found = this.differentiate(task, inputs);
      next = this.update.run(
        new Map([
          ...this.current,
          ...task.trainable.map((name, i): [string, Tensor] => [`gradient:${name}`, found.gradients[i]!]),
          ...task.followers.map((f, i): [string, Tensor] => [`batch:${f.statistic}`, found.batch[i]!]),
          ['lr', tf.scalar(lr)],
          ['correction1', tf.scalar(1 / (1 - BETA1 ** t))],
          ['correction2', tf.scalar(1 / (1 - BETA2 ** t))],
        ]),
      );
      for (const tensor of next.values()) tf.keep(tensor);
      return { loss: found.loss, distances: found.distances, gradientNorm: next.get('gradientNorm')! };
    });
    for (const [name, before] of this.current) {
      before.dispose();
      this.current.set(name, next!.get(`next:${name}`)!);
    }
    this.steps = t;
    const [lossData, distanceData, normData] = await Promise.all([loss.data(), distances.data<'float32'>(), gradientNorm.data()]);
    tf.dispose([loss, distances, gradientNorm]);
    return { loss: lossData[0]!, distances: distanceData, gradientNorm: normData[0]! };
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
    this.update.dispose();
    return Promise.resolve();
  }

  private differentiate({ graph, loss, distances, followers, trainable }: TrainTask, inputs: Readonly<Record<string, Float32Array>>): Differentiated {
    const { tf } = this;
    const at = (name: string): Value => graph.params.get(name)!;
    const fixed = [...graph.params.keys()].filter((name) => !trainable.includes(name));
    const bound = new Map<Value, Held>([
      ...boundInputs(tf, graph, inputs),
      ...fixed.map((name): [Value, Held] => [at(name), plain(this.current.get(name) ?? this.frozen.get(name)!)]),
    ]);
    const side: Tensor[] = [];
    const { value, grads } = tf.valueAndGrads((...moved) => {
      const varied = trainable.map((name, i): [Value, Held] => [at(name), plain(moved[i]!)]);
      const values = evaluate(tf, graph, [loss, distances, ...followers.map((f) => f.batch)], new Map([...bound, ...varied]));
      side.push(...[distances, ...followers.map((f) => f.batch)].map((v) => tf.keep(values.get(v)!.tensor)));
      return values.get(loss)!.tensor as Scalar;
    })(trainable.map((name) => this.current.get(name)!));
    const [found, ...batch] = side.map((tensor) => tf.clone(tensor));
    tf.dispose(side);
    return { loss: value, distances: found!, batch, gradients: grads };
  }

  private taskOf(pairs: number): TrainTask {
    const known = this.tasks.get(pairs) ?? this.taskFor(pairs);
    this.tasks.set(pairs, known);
    return known;
  }
}
