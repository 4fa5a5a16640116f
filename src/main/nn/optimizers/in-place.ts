import { slotName, type TrainTask } from '../ir/task.ts';
import type { Tensor, TensorMap } from '../ir/tensor.ts';
import { clipFactor, globalNormOf, OPTIMIZERS } from './index.ts';
import { correctionsAfter, decays, type Optimizer } from './optimizer.ts';
import { type Loop, VectorLoop } from './vector-loop.ts';

const VECTOR_BYTES = 16;
const PAGE_BYTES = 65_536; // of WebAssembly's memory

/** Arrays of one parameter: itself, its gradient, and its slots in the rule's order. */
interface Entry {
  arrays: readonly Float32Array[];
  loop: Loop;
}

/**
 * Trainable parameters, their gradients and their slots in one WebAssembly memory, updated in place in one pass. On a CPU this
 * takes under 1 % of a large network's step, against 20 % as graph operations, which read and write whole tensors.
 */
export class UpdateInPlace {
  readonly params: TensorMap = new Map();
  readonly slots: TensorMap = new Map(); // by slotName
  readonly gradients: TensorMap = new Map();
  private readonly entries: Entry[]; // in the order of task.trainable
  private readonly clipNorm: number;

  /** Copies `params` and `slots` into its memory. */
  constructor({ trainable, optimizer }: TrainTask, params: TensorMap, slots: TensorMap) {
    this.clipNorm = optimizer.clipNorm;
    const rule = OPTIMIZERS[optimizer.name];
    const tensors = trainable.map((name) => [params.get(name)!, ...rule.slots.map((slot) => slots.get(slotName(slot, name))!)]);
    const arena = memoryFor(tensors.flatMap(([parameter, ...state]) => [parameter!, parameter!, ...state]));
    const loops = [0, optimizer.weightDecay].map((decay) => loopOf(rule, decay).compile(arena.memory));
    this.entries = trainable.map((name, i) => {
      const [parameter, ...state] = tensors[i]!;
      const stored = { parameter: arena.copy(parameter!), gradient: arena.allocate(parameter!), state: state.map((slot) => arena.copy(slot)) };
      this.params.set(name, stored.parameter);
      this.gradients.set(name, stored.gradient);
      stored.state.forEach((slot, k) => this.slots.set(slotName(rule.slots[k]!, name), slot));
      const arrays = [stored.parameter, stored.gradient, ...stored.state].map((tensor) => tensor.data);
      return { arrays, loop: loops[decays(parameter!) ? 1 : 0]! };
    });
  }

  /** Updates parameters and slots in place after `steps` earlier steps. Returns the gradient norm before clipping. */
  step(steps: number, lr: number): number {
    const norm = globalNormOf([...this.gradients.values()].map(({ data }) => data));
    const factor = this.clipNorm > 0 ? clipFactor(norm, this.clipNorm) : 1;
    const { correction1, correction2 } = correctionsAfter(steps);
    for (const { arrays, loop } of this.entries) loop(arrays, [lr, correction1, correction2, factor]);
    return norm;
  }
}

/** A rule as a loop over a parameter, its gradient and its slots. Scalars: lr, both corrections, and the clip factor of the gradient. */
function loopOf(rule: Optimizer, weightDecay: number): VectorLoop {
  const loop = new VectorLoop(2 + rule.slots.length, 4);
  const [lr, correction1, correction2, factor] = [0, 1, 2, 3].map((i) => loop.parameter(i)) as [number, number, number, number];
  const state = rule.slots.map((_, k) => loop.load(2 + k));
  const next = rule.update(loop, loop.load(0), loop.mul(loop.load(1), factor), state, { lr, correction1, correction2 }, { weightDecay });
  loop.store(0, next.parameter);
  next.state.forEach((slot, k) => {
    loop.store(2 + k, slot);
  });
  return loop;
}

/** A memory for these tensors, each padded to whole vectors, and a bump allocator in it. */
function memoryFor(tensors: readonly Tensor[]): { memory: WebAssembly.Memory; copy(tensor: Tensor): Tensor; allocate(tensor: Tensor): Tensor } {
  const paddedBytes = ({ data }: Tensor): number => Math.ceil(data.byteLength / VECTOR_BYTES) * VECTOR_BYTES;
  const memory = new WebAssembly.Memory({ initial: Math.ceil(tensors.reduce((sum, tensor) => sum + paddedBytes(tensor), 0) / PAGE_BYTES) });
  let end = 0;
  const allocate = (tensor: Tensor): Tensor => {
    const data = new Float32Array(memory.buffer, end, tensor.data.length);
    end += paddedBytes(tensor);
    return { shape: tensor.shape, data };
  };
  const copy = (tensor: Tensor): Tensor => {
    const target = allocate(tensor);
    target.data.set(tensor.data);
    return target;
  };
  return { memory, copy, allocate };
}
