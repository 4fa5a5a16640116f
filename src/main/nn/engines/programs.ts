import { ProgramBuilder } from '../ir/build/builder.ts';
import { differentiate } from '../ir/build/differentiate.ts';
import type { SourceProgram } from '../ir/program.ts';
import { type RunningStatistic, slotName, type Task, type TrainTask } from '../ir/task.ts';
import type { Value } from '../ir/value.ts';
import { clipGradients, globalNorm, OPTIMIZERS } from '../optimizers/index.ts';
import { decays } from '../optimizers/optimizer.ts';

/** The programs that engines run, written from tasks: with their gradients, and with the optimizer's update. */

/** A task with its signed map and gradients, under the names by which they are fetched. */
export function taskProgram({ program, outputs, signedMap, gradients }: Task): SourceProgram {
  let b = new ProgramBuilder(program);
  for (const [name, value] of Object.entries(outputs)) b.output(name, value);
  if (signedMap) {
    const { of, features } = signedMap;
    const found = differentiate(b, of, [features]);
    b = found.program;
    b.output('signedMap', signedMapOf(b, features, found.gradients[0]!));
  }
  if (gradients) {
    const found = differentiate(
      b,
      gradients.of,
      gradients.wrt.map((name) => paramOf(program, name)),
    );
    b = found.program;
    gradients.wrt.forEach((name, i) => {
      b.output(`gradient:${name}`, found.gradients[i] ?? b.filled(0, paramOf(program, name).shape));
    });
  }
  return b;
}

/**
 * A step up to its gradients, for an update in place: outputs `loss`, `distances`, `batch:NAME` of every running statistic and
 * `gradient:NAME` of every trainable parameter.
 */
export function gradientProgram(task: TrainTask): SourceProgram {
  const { b, gradients } = differentiateLoss(task);
  for (const { name, batch } of task.statistics) b.output(`batch:${name}`, batch);
  task.trainable.forEach((name, i) => {
    b.output(`gradient:${name}`, gradients[i]!);
  });
  return b;
}

/** Tensors that a step carries over to the next: each is an input, and its next value an output. */
export interface StateSpec {
  name: string;
  shape: readonly number[];
  next: string; // output name
}

/** A whole step with its update. Trainable parameters and running statistics are parameters still; slots are inputs. */
export function trainingProgram(task: TrainTask): { program: SourceProgram; state: StateSpec[] } {
  const { b, gradients } = differentiateLoss(task);
  const moving = [...task.trainable, ...task.statistics.map(({ name }) => name)];
  const state = moving.map((name) => specOf(name, paramOf(task.program, name).shape));
  writeUpdate(b, task, {
    parameter: (name) => paramOf(task.program, name),
    gradient: (_, i) => gradients[i]!,
    batch: ({ batch }) => batch,
    slot(name, shape) {
      state.push(specOf(name, shape));
      return b.input(name, shape);
    },
  });
  return { program: b, state };
}

/**
 * What follows the gradients of a step, for an engine with its own differentiation (TF.js). Inputs are the state, and under
 * `gradient:NAME` and `batch:NAME` what the engine computed; outputs as those of a whole step, without loss and distances.
 */
export function updateProgram(task: TrainTask): SourceProgram {
  const b = new ProgramBuilder();
  const shapeOf = (name: string): readonly number[] => paramOf(task.program, name).shape;
  writeUpdate(b, task, {
    parameter: (name) => b.inputs.get(name) ?? b.input(name, shapeOf(name)),
    gradient: (name) => b.input(`gradient:${name}`, shapeOf(name)),
    batch: ({ name }) => b.input(`batch:${name}`, shapeOf(name)),
    slot: (name, shape) => b.input(name, shape),
  });
  return b;
}

function differentiateLoss(task: TrainTask): { b: ProgramBuilder; gradients: Value[] } {
  const values = task.trainable.map((name) => paramOf(task.program, name));
  const { program: b, gradients } = differentiate(task.program, task.loss, values);
  b.output('loss', task.loss);
  b.output('distances', task.distances);
  return { b, gradients: gradients.map((g, i) => g ?? b.filled(0, values[i]!.shape)) };
}

/** Where an update finds what it needs. */
interface UpdateSource {
  parameter(name: string): Value;
  gradient(name: string, index: number): Value;
  batch(statistic: RunningStatistic): Value;
  slot(name: string, shape: readonly number[]): Value;
}

/** The running statistics, the gradients' norm, and the optimizer's rule for every parameter. */
function writeUpdate(b: ProgramBuilder, { statistics, trainable, optimizer }: TrainTask, from: UpdateSource): void {
  for (const s of statistics) {
    b.output(`next:${s.name}`, b.add(b.scale(from.parameter(s.name), 1 - s.momentum), b.scale(from.batch(s), s.momentum)));
  }
  const gradients = trainable.map((name, i) => from.gradient(name, i));
  const norm = globalNorm(b, gradients);
  b.output('gradientNorm', norm);
  const { name, weightDecay, clipNorm } = optimizer;
  const used = clipNorm > 0 ? clipGradients(b, gradients, norm, clipNorm) : gradients;
  const rule = OPTIMIZERS[name];
  const scalars = { lr: b.input('lr', []), correction1: b.input('correction1', []), correction2: b.input('correction2', []) };
  trainable.forEach((parameter, i) => {
    const before = from.parameter(parameter);
    const slots = rule.slots.map((slot) => from.slot(slotName(slot, parameter), before.shape));
    const next = rule.update(b, before, used[i]!, slots, scalars, { weightDecay: decays(before) ? weightDecay : 0 });
    b.output(`next:${parameter}`, next.parameter);
    next.state.forEach((value, k) => {
      b.output(`next:${slotName(rule.slots[k]!, parameter)}`, value);
    });
  });
}

function signedMapOf(b: ProgramBuilder, features: Value, gradient: Value | null): Value {
  const [n, , h, w] = features.shape as [number, number, number, number];
  if (!gradient) return b.filled(0, [n, h, w]);
  return b.sum(b.mul(b.mean(gradient, [2, 3], true), features), [1]);
}

function paramOf({ params }: SourceProgram, name: string): Value {
  const parameter = params.get(name);
  if (!parameter) throw new Error(`The program has no parameter ${name}.`);
  return parameter.value;
}

const specOf = (name: string, shape: readonly number[]): StateSpec => ({ name, shape, next: `next:${name}` });
