import { ProgramBuilder } from '../ir/build/builder.ts';
import { differentiate } from '../ir/build/differentiate.ts';
import type { SourceProgram } from '../ir/program.ts';
import { type GradientStep, type RunningStatistic, slotName, type Task, type TrainTask } from '../ir/task.ts';
import type { Value } from '../ir/value.ts';
import { clipGradients, globalNorm, OPTIMIZERS } from '../optimizers/index.ts';
import { decays } from '../optimizers/optimizer.ts';

/** Builds the programs that engines run from tasks: with gradients, and with the optimizer's update. */

/** A task's program with what is derived from gradients, each as a named output. */
export function taskProgram({ program, outputs, derived, gradients }: Task): SourceProgram {
  let b = new ProgramBuilder(program);
  for (const [name, value] of Object.entries(outputs)) b.output(name, value);
  if (derived) b = appendStep(b, derived);
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

/** A tensor that is carried from step to step: an input, whose next value is an output. */
export interface StateSpec {
  name: string;
  shape: readonly number[];
  next: string; // output name
}

/** A whole step with its update. Trainable parameters and running statistics remain parameters; slots are inputs. */
export function trainingProgram(task: TrainTask): { program: SourceProgram; state: StateSpec[] } {
  const { b, gradients } = differentiateLoss(task);
  const updated = [...task.trainable, ...task.statistics.map(({ name }) => name)];
  const state = updated.map((name) => specOf(name, paramOf(task.program, name).shape));
  appendUpdate(b, task, {
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
 * The update of a step, for an engine that differentiates itself (TF.js). Inputs: the state, and the engine's `gradient:NAME` and
 * `batch:NAME`. Outputs: those of a whole step without loss and distances.
 */
export function updateProgram(task: TrainTask): SourceProgram {
  const b = new ProgramBuilder();
  const shapeOf = (name: string): readonly number[] => paramOf(task.program, name).shape;
  appendUpdate(b, task, {
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

/** Provides the operands of an update. */
interface UpdateSource {
  parameter(name: string): Value;
  gradient(name: string, index: number): Value;
  batch(statistic: RunningStatistic): Value;
  slot(name: string, shape: readonly number[]): Value;
}

/** Appends the update of the running statistics, the gradient norm, and the optimizer's rule for every parameter. */
function appendUpdate(b: ProgramBuilder, { statistics, trainable, optimizer }: TrainTask, source: UpdateSource): void {
  for (const s of statistics) {
    b.output(`next:${s.name}`, b.add(b.scale(source.parameter(s.name), 1 - s.momentum), b.scale(source.batch(s), s.momentum)));
  }
  const gradients = trainable.map((name, i) => source.gradient(name, i));
  const norm = globalNorm(b, gradients);
  b.output('gradientNorm', norm);
  const { name, weightDecay, clipNorm } = optimizer;
  const clipped = clipNorm > 0 ? clipGradients(b, gradients, norm, clipNorm) : gradients;
  const rule = OPTIMIZERS[name];
  const scalars = { lr: b.input('lr', []), correction1: b.input('correction1', []), correction2: b.input('correction2', []) };
  trainable.forEach((parameter, i) => {
    const current = source.parameter(parameter);
    const slots = rule.slots.map((slot) => source.slot(slotName(slot, parameter), current.shape));
    const next = rule.update(b, current, clipped[i]!, slots, scalars, { weightDecay: decays(current) ? weightDecay : 0 });
    b.output(`next:${parameter}`, next.parameter);
    next.state.forEach((value, k) => {
      b.output(`next:${slotName(rule.slots[k]!, parameter)}`, value);
    });
  });
}

/** Appends the gradients of a step, its outputs, and the steps after it. */
function appendStep(program: ProgramBuilder, { of, seed, wrt, then }: GradientStep): ProgramBuilder {
  const { program: b, gradients } = differentiate(program, of, wrt, seed);
  const { outputs, next } = then(
    b,
    gradients.map((gradient, i) => gradient ?? b.filled(0, wrt[i]!.shape)),
  );
  for (const [name, value] of Object.entries(outputs)) b.output(name, value);
  return next ? appendStep(b, next) : b;
}

function paramOf({ params }: SourceProgram, name: string): Value {
  const parameter = params.get(name);
  if (!parameter) throw new Error(`The program has no parameter ${name}.`);
  return parameter.value;
}

const specOf = (name: string, shape: readonly number[]): StateSpec => ({ name, shape, next: `next:${name}` });
