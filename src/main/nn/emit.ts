import type { DeviceName } from '../../shared/run.ts';
import { type BlockConvOptions, type ConvOptions, convolved } from './convolved.ts';
import { sizeOf } from './ir/tensor.ts';

/** A named value in a program being written: ONNX's view of a tensor. */
export interface Ref {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: 'float' | 'int64' | 'bool';
  /** Its numbers lie in blocks of channels, see `Emitter.inBlocks`; the shape is told as if they did not. */
  readonly blocked?: true;
}

export type Attribute = number | { float: number } | { floats: readonly number[] } | string | readonly number[];

/** onnxruntime's operators on maps that lie in blocks of channels. */
export const BLOCKS_DOMAIN = 'com.microsoft.nchwc';

export interface ProgramNode {
  op: string; // an ONNX operator of opset 17, or of the domain
  domain?: typeof BLOCKS_DOMAIN;
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

  private readonly otherLayout = new Map<string, Ref>(); // the same numbers in blocks, or not any more

  /** What the program is for: graphics cards lack some operators that the CPU has, and an op may then say the same with others. */
  readonly device: DeviceName;
  /** How many channels lie side by side in the processor's fast convolutions; 0 where there are none. */
  readonly block: number;

  constructor(device: DeviceName = 'cpu', block = 0) {
    this.device = device;
    this.block = block;
  }

  input(name: string, shape: readonly number[]): Ref {
    const ref: Ref = { name, shape, type: 'float' };
    this.program.inputs.push(ref);
    return ref;
  }

  /** Gives a value the name under which it is fetched. */
  output(result: Ref, name: string): void {
    const ref = this.inRows(result);
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
    return this.written(
      op,
      inputs.map((r) => (r ? this.inRows(r) : null)),
      outputs,
      attrs,
    );
  }

  /** One value for one value: the places of the numbers do not matter. `scalars` follow as further inputs. */
  pointwise(op: string, a: Ref, scalars: readonly Ref[] = [], attrs: Record<string, Attribute> = {}): Ref {
    return this.written(op, [a, ...scalars], [a], attrs)[0]!;
  }

  add = (a: Ref, b: Ref): Ref => this.elementwise('Add', a, b);
  sub = (a: Ref, b: Ref): Ref => this.elementwise('Sub', a, b);
  mul = (a: Ref, b: Ref): Ref => this.elementwise('Mul', a, b);
  div = (a: Ref, b: Ref): Ref => this.elementwise('Div', a, b);
  min = (a: Ref, b: Ref): Ref => this.elementwise('Min', a, b);
  sqrt = (a: Ref): Ref => this.pointwise('Sqrt', a);
  relu = (a: Ref): Ref => this.pointwise('Relu', a);
  square = (a: Ref): Ref => this.mul(a, a);
  scale = (a: Ref, factor: number): Ref => this.mul(a, this.scalar(factor));
  greater = (a: Ref, b: Ref): Ref => this.elementwise('Greater', a, b, 'bool');
  less = (a: Ref, b: Ref): Ref => this.elementwise('Less', a, b, 'bool');
  and = (a: Ref, b: Ref): Ref => this.elementwise('And', a, b, 'bool');
  /** 1 where a value is above 0, else 0. On the processor in one operation: 2^126 times any normal number above 0 is at least 1. */
  isPositive = (a: Ref): Ref =>
    this.device === 'cpu'
      ? this.pointwise('HardSigmoid', a, [], { alpha: { float: 2 ** 126 }, beta: { float: 0 } })
      : this.toFloat(this.greater(a, this.scalar(0)));
  /** true -> 1, false -> 0. */
  toFloat = (a: Ref): Ref => this.written('Cast', [a], [{ ...a, type: 'float' }], { to: 1 })[0]!;

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

  /** The entries of these indices along an axis, in this order. */
  gather(a: Ref, indices: readonly number[], axis: number): Ref {
    const shape = a.shape.map((d, i) => (i === axis ? indices.length : d));
    return this.node('Gather', [a, this.ints(indices)], shape, { axis }, a.type);
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
  conv(x: Ref, w: Ref, o: ConvOptions): Ref {
    const { shape, attrs } = convolved(x, w, o);
    return this.node('Conv', o.bias ? [x, w, o.bias] : [x, w], shape, attrs);
  }

  /** The same on maps and a kernel that lie in blocks, which the caller has seen to; so does the result. */
  blockConv(x: Ref, w: Ref, o: BlockConvOptions): Ref {
    const { shape, attrs } = convolved(x, w, o);
    const inputs = o.more ? [x, w, o.bias ?? null, o.more] : o.bias ? [x, w, o.bias] : [x, w];
    return this.written('Conv', inputs, [{ shape, type: 'float', blocked: true }], attrs, BLOCKS_DOMAIN)[0]!;
  }

  /** Mean over places of maps in blocks, [N, C, 1, 1]. */
  blockMean(x: Ref): Ref {
    const shape = [x.shape[0]!, x.shape[1]!, 1, 1];
    return this.written('GlobalAveragePool', [x], [{ shape, type: 'float', blocked: true }], {}, BLOCKS_DOMAIN)[0]!;
  }

  /** Whether maps of so many channels can lie in blocks. */
  fitsBlocks(channels: number): boolean {
    return this.block > 0 && channels % this.block === 0;
  }

  /** x [N, C, H, W] laid out as [N, C / block, H, W, block], where it does not lie so already. */
  inBlocks(x: Ref): Ref {
    if (x.blocked) return x;
    return this.laidOut(x, () => this.written('ReorderInput', [x], [{ ...x, blocked: true }], {}, BLOCKS_DOMAIN)[0]!);
  }

  /** Row by row, as everything else is, where it does not lie so already. */
  inRows(x: Ref): Ref {
    if (!x.blocked) return x;
    const { shape, type } = x;
    return this.laidOut(x, () => this.written('ReorderOutput', [x], [{ shape, type }], { channels: shape[1]! }, BLOCKS_DOMAIN)[0]!);
  }

  /** What `make` writes for a map, written once: its gradient and its kernel's may want the same. */
  madeOnce(what: string, of: Ref, make: () => Ref): Ref {
    return this.once(`${what} ${of.name}`, make);
  }

  /** Another shape for the same numbers, left as they lie: images and channels may become channels of one image. */
  reshapedAsItLies(x: Ref, shape: readonly number[]): Ref {
    return this.written('Reshape', [x, this.ints(shape)], [{ ...x, shape }])[0]!;
  }

  /** What was made number by number in the order of blocks, as a map that lies in them. */
  lyingInBlocks(x: Ref, shape: readonly number[]): Ref {
    return { ...this.reshape(x, shape), blocked: true };
  }

  /** x in the layout of another map, where it is there in that one too; so that is the one that is kept. */
  lyingAs(other: Ref, x: Ref): Ref {
    return x.blocked === other.blocked ? x : (this.otherLayout.get(x.name) ?? x);
  }

  /** Sum over images and places, [N, C, H, W] -> [C]. */
  channelSum(x: Ref): Ref {
    if (!x.blocked) return this.sum(x, [0, 2, 3], false);
    return this.scale(this.sum(this.blockMean(x), [0, 2, 3], false), x.shape[2]! * x.shape[3]!);
  }

  /** The numbers in the order in which they lie, as if that were rows. */
  asItLies({ name, shape, type }: Ref): Ref {
    return { name, shape, type };
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

  /** In blocks where one of the two lies so, and the other can: it has the same shape, or is a single number. */
  private elementwise(op: string, a: Ref, b: Ref, type: Ref['type'] = a.type): Ref {
    if (!a.blocked && !b.blocked) return this.node(op, [a, b], broadcast(a.shape, b.shape), {}, type);
    const single = [a, b].find((ref) => ref.shape.length === 0);
    if (!single && a.shape.join() !== b.shape.join()) return this.node(op, [a, b], broadcast(a.shape, b.shape), {}, type);
    const placed = (ref: Ref): Ref => (ref === single ? ref : this.inBlocks(ref));
    return this.written(op, [placed(a), placed(b)], [{ shape: broadcast(a.shape, b.shape), type, blocked: true }])[0]!;
  }

  private written(
    op: string,
    inputs: readonly (Ref | null)[],
    outputs: readonly Omit<Ref, 'name'>[],
    attrs: Record<string, Attribute> = {},
    domain?: typeof BLOCKS_DOMAIN,
  ): Ref[] {
    const refs = outputs.map(({ shape, type, blocked }): Ref => ({ name: this.fresh(), shape, type, ...(blocked ? { blocked } : {}) }));
    const names = inputs.map((r) => (r ? this.nameOf(r) : ''));
    this.program.nodes.push({ op, ...(domain ? { domain } : {}), inputs: names, outputs: refs.map((r) => r.name), attrs });
    return refs;
  }

  private laidOut(x: Ref, make: () => Ref): Ref {
    const known = this.otherLayout.get(x.name);
    if (known) return known;
    const made = make();
    this.otherLayout.set(x.name, made);
    this.otherLayout.set(made.name, x);
    return made;
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
