import type { DeviceName } from '../../shared/run.ts';
import { sizeOf } from './tensor.ts';

/** A named value in a program being written: ONNX's view of a tensor. */
export interface Ref {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: 'float' | 'int64' | 'bool';
}

export type Attribute = number | { float: number } | string | readonly number[];

export interface ProgramNode {
  op: string; // an ONNX operator of opset 17
  inputs: string[];
  outputs: string[];
  attrs: Record<string, Attribute>;
}

/** What an engine is given: straight-line ONNX operators over statically shaped tensors. */
export interface Program {
  nodes: ProgramNode[];
  constants: { name: string; shape: readonly number[]; data: Float32Array | BigInt64Array }[];
  inputs: Ref[];
  outputs: Ref[];
}

type Axes = readonly number[];

const broadcast = (a: readonly number[], b: readonly number[]): number[] => {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) throw new Error(`Shapes [${a}] and [${b}] do not broadcast.`);
    return Math.max(x, y);
  });
};

/**
 * Writes a program one operator at a time and knows every shape. The op files speak this language, so each holds its
 * forward pass and its gradient without depending on a tensor library.
 */
export class Emitter {
  readonly program: Program = { nodes: [], constants: [], inputs: [], outputs: [] };
  private count = 0;
  private readonly cached = new Map<string, Ref>();
  private readonly renamed = new Map<string, string>(); // results that are outputs: their names at first -> as outputs

  /** What the program is for: graphics cards lack some operators that the CPU has, and an op may then say the same with others. */
  readonly device: DeviceName;

  constructor(device: DeviceName = 'cpu') {
    this.device = device;
  }

  input(name: string, shape: readonly number[]): Ref {
    const ref: Ref = { name, shape, type: 'float' };
    this.program.inputs.push(ref);
    return ref;
  }

  /** Gives a value the name under which it is fetched. */
  output(ref: Ref, name: string): void {
    const maker = this.renamed.has(ref.name) ? undefined : this.program.nodes.find((n) => n.outputs.includes(ref.name));
    if (maker) this.rename(maker, ref.name, name);
    else this.program.nodes.push({ op: 'Identity', inputs: [this.nameOf(ref)], outputs: [name], attrs: {} });
    this.program.outputs.push({ ...ref, name });
  }

  constant(data: Float32Array, shape: readonly number[], name = this.fresh()): Ref {
    this.program.constants.push({ name, shape, data });
    return { name, shape, type: 'float' };
  }

  scalar(value: number): Ref {
    return this.once(`f${value}`, (name) => this.constant(Float32Array.of(value), [], name));
  }

  ints(values: readonly number[]): Ref {
    return this.once(`i${values.join('_')}`, (name) => {
      this.program.constants.push({ name, shape: [values.length], data: BigInt64Array.from(values, BigInt) });
      return { name, shape: [values.length], type: 'int64' };
    });
  }

  node(
    op: string,
    inputs: readonly (Ref | null)[],
    shape: readonly number[],
    attrs: Record<string, Attribute> = {},
    type: Ref['type'] = 'float',
  ): Ref {
    return this.nodes(op, inputs, [{ shape, type }], attrs)[0]!;
  }

  nodes(op: string, inputs: readonly (Ref | null)[], outputs: readonly Pick<Ref, 'shape' | 'type'>[], attrs: Record<string, Attribute> = {}): Ref[] {
    const refs = outputs.map((o) => ({ name: this.fresh(), shape: o.shape, type: o.type }));
    this.program.nodes.push({ op, inputs: inputs.map((r) => (r ? this.nameOf(r) : '')), outputs: refs.map((r) => r.name), attrs });
    return refs;
  }

  add = (a: Ref, b: Ref): Ref => this.elementwise('Add', a, b);
  sub = (a: Ref, b: Ref): Ref => this.elementwise('Sub', a, b);
  mul = (a: Ref, b: Ref): Ref => this.elementwise('Mul', a, b);
  div = (a: Ref, b: Ref): Ref => this.elementwise('Div', a, b);
  min = (a: Ref, b: Ref): Ref => this.elementwise('Min', a, b);
  sqrt = (a: Ref): Ref => this.node('Sqrt', [a], a.shape);
  relu = (a: Ref): Ref => this.node('Relu', [a], a.shape);
  square = (a: Ref): Ref => this.mul(a, a);
  scale = (a: Ref, factor: number): Ref => this.mul(a, this.scalar(factor));
  greater = (a: Ref, b: Ref): Ref => this.node('Greater', [a, b], broadcast(a.shape, b.shape), {}, 'bool');
  less = (a: Ref, b: Ref): Ref => this.node('Less', [a, b], broadcast(a.shape, b.shape), {}, 'bool');
  and = (a: Ref, b: Ref): Ref => this.node('And', [a, b], broadcast(a.shape, b.shape), {}, 'bool');
  /** true -> 1, false -> 0. */
  toFloat = (a: Ref): Ref => this.node('Cast', [a], a.shape, { to: 1 });

  reshape(a: Ref, shape: readonly number[]): Ref {
    if (sizeOf(a.shape) !== sizeOf(shape)) throw new Error(`[${a.shape}] can't be reshaped to [${shape}].`);
    return this.node('Reshape', [a, this.ints(shape)], shape, {}, a.type);
  }

  transpose(a: Ref, perm: Axes): Ref {
    return this.node(
      'Transpose',
      [a],
      perm.map((p) => a.shape[p]!),
      { perm },
      a.type,
    );
  }

  /** Batched over leading axes: [..., m, k] x [..., k, n] -> [..., m, n]. */
  matmul(a: Ref, b: Ref): Ref {
    const lead = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
    if (a.shape.at(-1) !== b.shape.at(-2)) throw new Error(`[${a.shape}] x [${b.shape}] do not multiply.`);
    return this.node('MatMul', [a, b], [...lead, a.shape.at(-2)!, b.shape.at(-1)!]);
  }

  sum(a: Ref, axes: Axes, keep: boolean): Ref {
    return this.node('ReduceSum', [a, this.ints(axes)], this.reduced(a, axes, keep), { keepdims: keep ? 1 : 0 });
  }

  mean(a: Ref, axes: Axes, keep: boolean): Ref {
    return this.node('ReduceMean', [a], this.reduced(a, axes, keep), { axes, keepdims: keep ? 1 : 0 });
  }

  /** a[start:end:step] along the given axes. A negative step reverses: start at the end, end before 0. */
  slice(a: Ref, axes: Axes, starts: readonly number[], ends: readonly number[], steps: readonly number[] = axes.map(() => 1)): Ref {
    const shape = [...a.shape];
    axes.forEach((axis, i) => {
      const [from, to, step] = [starts[i]!, ends[i]!, steps[i]!];
      shape[axis] = step > 0 ? Math.ceil((Math.min(to, a.shape[axis]!) - from) / step) : a.shape[axis]!;
    });
    return this.node('Slice', [a, this.ints(starts), this.ints(ends), this.ints(axes), this.ints(steps)], shape, {}, a.type);
  }

  /** Mirrors the given axes. */
  flip(a: Ref, axes: Axes): Ref {
    const n = axes.map(() => -1);
    return this.slice(
      a,
      axes,
      n,
      axes.map(() => -(2 ** 31)),
      n,
    );
  }

  /** Zeros, or another value, before and after each axis: `before`/`after` have one entry an axis. */
  pad(a: Ref, before: readonly number[], after: readonly number[], value = 0): Ref {
    if ([...before, ...after].every((p) => p === 0)) return a;
    return this.node(
      'Pad',
      value === 0 ? [a, this.ints([...before, ...after])] : [a, this.ints([...before, ...after]), this.scalar(value)],
      a.shape.map((d, i) => d + before[i]! + after[i]!),
      { mode: 'constant' },
    );
  }

  concat(refs: readonly Ref[], axis: number): Ref {
    const shape = [...refs[0]!.shape];
    shape[axis] = refs.reduce((n, r) => n + r.shape[axis]!, 0);
    return this.node('Concat', refs, shape, { axis });
  }

  /** Convolution in ONNX's sense (cross-correlation). x [N, C, H, W], w [O, C / group, kh, kw], bias [O]. */
  conv(x: Ref, w: Ref, o: { stride: number; pads: readonly number[]; group: number; dilation?: number; bias?: Ref | null }): Ref {
    const dilation = o.dilation ?? 1;
    const out = [0, 1].map((i) => {
      const span = (w.shape[2 + i]! - 1) * dilation + 1;
      return Math.floor((x.shape[2 + i]! + o.pads[i]! + o.pads[2 + i]! - span) / o.stride) + 1;
    });
    return this.node('Conv', o.bias ? [x, w, o.bias] : [x, w], [x.shape[0]!, w.shape[0]!, ...out], {
      kernel_shape: w.shape.slice(2),
      strides: [o.stride, o.stride],
      dilations: [dilation, dilation],
      pads: o.pads,
      group: o.group,
    });
  }

  fresh(): string {
    return `v${this.count++}`;
  }

  /** So a result is written where it is fetched from, with no copy after. */
  private rename(maker: ProgramNode, from: string, to: string): void {
    this.renamed.set(from, to);
    const renamed = (name: string): string => (name === from ? to : name);
    maker.outputs = maker.outputs.map(renamed);
    for (const node of this.program.nodes) if (node.inputs.includes(from)) node.inputs = node.inputs.map(renamed);
  }

  private nameOf = (ref: Ref): string => this.renamed.get(ref.name) ?? ref.name;

  private elementwise(op: string, a: Ref, b: Ref): Ref {
    return this.node(op, [a, b], broadcast(a.shape, b.shape), {}, a.type);
  }

  private reduced(a: Ref, axes: Axes, keep: boolean): number[] {
    return a.shape.map((d, i) => (axes.includes(i) ? 1 : d)).filter((_, i) => keep || !axes.includes(i));
  }

  private once(key: string, make: (name: string) => Ref): Ref {
    const known = this.cached.get(key);
    if (known) return known;
    const ref = make(this.fresh());
    this.cached.set(key, ref);
    return ref;
  }
}
