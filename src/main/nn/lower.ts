import type { DeviceName } from '../../shared/run.ts';
import { type Bindings, emitForward, emitGradients } from './autodiff.ts';
import { Emitter, type Program, type ProgramNode, type Ref } from './emit.ts';
import { withFusedActivations } from './fused-activations.ts';
import type { Graph, Value } from './graph.ts';
import { clipped, globalNorm, OPTIMIZERS } from './optimizers/index.ts';
import { decays } from './optimizers/optimizer.ts';
import { type Follower, slotName, type Task, type TrainTask } from './ir/task.ts';
import type { Tensor, TensorMap } from './ir/tensor.ts';

/** A step's tensors that live on from one step to the next: each is an input, and its next value an output. */
export interface StateSpec {
  name: string;
  shape: readonly number[];
  next: string; // output name
}

/** Writes a task with all parameters as constants. Inputs and outputs carry the task's names. */
export function lowerTask(task: Task, params: TensorMap, device: DeviceName = 'cpu'): Program {
  const e = new Emitter(device);
  const bound = bindInputs(e, task.graph);
  bindConstants(e, task.graph, bound, params);
  const wanted = [...Object.values(task.outputs)];
  if (task.signedMap) wanted.push(task.signedMap.of, task.signedMap.features);
  if (task.gradients) wanted.push(task.gradients.of);
  const b = emitForward(e, task.graph, wanted, bound);
  for (const [name, value] of Object.entries(task.outputs)) e.output(b.refs.get(value)!, name);
  if (task.signedMap) {
    const { of, features } = task.signedMap;
    const gradient = emitGradients(e, task.graph, b, of, [features]).get(features);
    e.output(signedMap(e, b.refs.get(features)!, gradient), 'signedMap');
  }
  if (task.gradients) {
    const values = task.gradients.wrt.map((name) => task.graph.params.get(name)!);
    const gradients = emitGradients(e, task.graph, b, task.gradients.of, values);
    task.gradients.wrt.forEach((name, i) => {
      const value = values[i]!;
      e.output(gradients.get(value) ?? zeros(e, value.shape), `gradient:${name}`);
    });
  }
  return e.program;
}

/** A step's forward pass and gradients, written; what is made of the gradients is the caller's affair. */
interface Differentiated {
  e: Emitter;
  b: Bindings;
  state: StateSpec[];
  gradients: Ref[]; // of task.trainable
  stateInput(name: string, shape: readonly number[]): Ref;
}

/** `moving` become inputs. */
function differentiated(task: TrainTask, frozen: TensorMap, moving: readonly string[], device: DeviceName, block = 0): Differentiated {
  const e = new Emitter(device, block);
  const bound = bindInputs(e, task.graph);
  const state: StateSpec[] = [];
  const stateInput = (name: string, shape: readonly number[]): Ref => {
    state.push({ name, shape, next: `next:${name}` });
    return e.input(name, shape);
  };
  for (const name of moving) {
    const value = task.graph.params.get(name)!;
    bound.set(value, stateInput(name, value.shape));
  }
  bindConstants(e, task.graph, bound, frozen, new Set(task.followers.map((f) => f.statistic)));
  const b = emitForward(e, task.graph, [task.loss, task.distances, ...task.followers.map((f) => f.batch)], bound);
  e.output(b.refs.get(task.loss)!, 'loss');
  e.output(b.refs.get(task.distances)!, 'distances');
  const values = task.trainable.map((name) => task.graph.params.get(name)!);
  const found = emitGradients(e, task.graph, b, task.loss, values);
  return { e, b, state, gradients: values.map((v) => found.get(v) ?? zeros(e, v.shape)), stateInput };
}

/**
 * Writes a step up to its gradients, for an update in place: outputs `loss`, `distances`, `gradient:NAME` of every trainable
 * parameter and `batch:STATISTIC` of every follower. Trainable parameters are inputs, all others constants.
 */
export function lowerGradients(task: TrainTask, frozen: TensorMap, device: DeviceName = 'cpu', block = 0): Program {
  const { e, b, gradients } = differentiated(task, frozen, task.trainable, device, block);
  for (const f of task.followers) e.output(b.refs.get(f.batch)!, `batch:${f.statistic}`);
  task.trainable.forEach((name, i) => {
    e.output(gradients[i]!, `gradient:${name}`);
  });
  const program = withFusedActivations(e.program);
  return { ...program, nodes: endsLast(program) };
}

/**
 * onnxruntime goes by what ends a graph: it takes the last node that nobody reads, computes what that one needs, then the last
 * but one. With gradients in the order of their writing that is the first layer's, and until its turn comes every layer's
 * output gradient would have to be kept. So what ends the graph stands last, the first layer's gradient before the last layer's.
 */
function endsLast({ nodes }: Program): ProgramNode[] {
  const read = new Set(nodes.flatMap((n) => n.inputs));
  const isEnd = (n: ProgramNode): boolean => !n.outputs.some((name) => read.has(name));
  return [...nodes.filter((n) => !isEnd(n)), ...nodes.filter(isEnd).toReversed()];
}

/** Writes a training step. Frozen parameters are constants; the trainable ones, statistics and optimizer slots are state. */
export function lowerTraining(task: TrainTask, frozen: TensorMap, device: DeviceName = 'cpu'): { program: Program; state: StateSpec[] } {
  const moving = [...task.trainable, ...task.followers.map((f) => f.statistic)];
  const { e, b, state, gradients, stateInput } = differentiated(task, frozen, moving, device);
  emitUpdate(e, task, {
    parameter: (name) => b.refs.get(task.graph.params.get(name)!)!,
    gradient: (_, i) => gradients[i]!,
    batch: (follower) => b.refs.get(follower.batch)!,
    slot: stateInput,
  });
  return { program: e.program, state };
}

/**
 * Writes what follows the gradients of a step, for an engine that differentiates by itself. Inputs are the state, and under
 * `gradient:NAME` and `batch:STATISTIC` what the engine found; outputs as those of a whole step, without loss and distances.
 */
export function lowerUpdate(task: TrainTask): Program {
  const e = new Emitter();
  const shapeOf = (name: string): readonly number[] => task.graph.params.get(name)!.shape;
  emitUpdate(e, task, {
    parameter: (name) => e.input(name, shapeOf(name)),
    gradient: (name) => e.input(`gradient:${name}`, shapeOf(name)),
    batch: ({ statistic }) => e.input(`batch:${statistic}`, shapeOf(statistic)),
    slot: (name, shape) => e.input(name, shape),
  });
  return e.program;
}

/** Where an update finds what it needs: each is asked for once. */
interface UpdateSource {
  parameter(name: string): Ref;
  gradient(name: string, index: number): Ref;
  batch(follower: Follower): Ref;
  slot(name: string, shape: readonly number[]): Ref;
}

/** The running statistics, the gradients' norm, and the optimizer's rule for every parameter. */
function emitUpdate(e: Emitter, { followers, trainable, optimizer }: TrainTask, from: UpdateSource): void {
  for (const f of followers) {
    e.output(e.add(e.scale(from.parameter(f.statistic), 1 - f.momentum), e.scale(from.batch(f), f.momentum)), `next:${f.statistic}`);
  }
  const gradients = trainable.map((name, i) => from.gradient(name, i));
  const norm = globalNorm(e, gradients);
  e.output(norm, 'gradientNorm');
  const { name, weightDecay, clipNorm } = optimizer;
  const used = clipNorm > 0 ? clipped(e, gradients, norm, clipNorm) : gradients;
  const rule = OPTIMIZERS[name];
  const scalars = { lr: e.input('lr', []), correction1: e.input('correction1', []), correction2: e.input('correction2', []) };
  trainable.forEach((parameter, i) => {
    const before = from.parameter(parameter);
    const slots = rule.slots.map((slot) => from.slot(slotName(slot, parameter), before.shape));
    const next = rule.update(e, before, used[i]!, slots, scalars, { weightDecay: decays(before) ? weightDecay : 0 });
    e.output(next.parameter, `next:${parameter}`);
    next.state.forEach((ref, k) => {
      e.output(ref, `next:${slotName(rule.slots[k]!, parameter)}`);
    });
  });
}

function signedMap(e: Emitter, features: Ref, gradient: Ref | undefined): Ref {
  const [n, , h, w] = features.shape as [number, number, number, number];
  if (!gradient) return zeros(e, [n, h, w]);
  return e.sum(e.mul(e.mean(gradient, [2, 3], true), features), [1], false);
}

function bindInputs(e: Emitter, graph: Graph): Map<Value, Ref> {
  return new Map([...graph.inputs].map(([name, value]) => [value, e.input(name, value.shape)]));
}

function bindConstants(e: Emitter, graph: Graph, bound: Map<Value, Ref>, params: TensorMap, unused = new Set<string>()): void {
  for (const [name, value] of graph.params) {
    if (bound.has(value) || unused.has(name)) continue;
    const tensor = params.get(name);
    if (!tensor) throw new Error(`The parameter ${name} has no values.`);
    bound.set(value, e.constant(checked(tensor, value.shape, name).data, value.shape, name));
  }
}

function checked(tensor: Tensor, shape: readonly number[], name: string): Tensor {
  if (tensor.shape.join() !== shape.join()) throw new Error(`The parameter ${name} is [${tensor.shape}], not [${shape}].`);
  return tensor;
}

const zeros = (e: Emitter, shape: readonly number[]): Ref => e.constant(new Float32Array(shape.reduce((n, d) => n * d, 1)), shape);
