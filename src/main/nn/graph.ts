import { type OpAttrs, type OpName, opOf } from './ops/index.ts';
import type { ParamSpec } from './ir/tensor.ts';

export type Shape = readonly number[];

/** Something a graph computes with: an input of a step, a parameter of the network, or the result of a node. */
export interface Value {
  readonly id: number;
  readonly shape: Shape;
  readonly origin: { kind: 'input'; name: string } | { kind: 'param'; spec: ParamSpec } | { kind: 'node'; node: Node };
}

export interface Node<N extends OpName = OpName> {
  readonly op: N;
  readonly inputs: readonly Value[];
  readonly attrs: OpAttrs[N];
  readonly outputs: Value[];
}

/**
 * A network as a typed, statically shaped list of operations in order of evaluation. It holds no numbers: parameters
 * are named, and an engine binds them to tensors.
 */
export class Graph {
  readonly nodes: Node[] = [];
  readonly params = new Map<string, Value>();
  readonly inputs = new Map<string, Value>();
  private count = 0;

  input(name: string, shape: Shape): Value {
    if (this.inputs.has(name)) throw new Error(`The graph has an input ${name} already.`);
    const value = this.value(shape, { kind: 'input', name });
    this.inputs.set(name, value);
    return value;
  }

  param(spec: ParamSpec): Value {
    if (this.params.has(spec.name)) throw new Error(`The graph has a parameter ${spec.name} already.`);
    const value = this.value(spec.shape, { kind: 'param', spec });
    this.params.set(spec.name, value);
    return value;
  }

  /** Appends an operation; its shape check throws where the inputs don't fit. Returns all of its outputs. */
  applyAll<N extends OpName>(op: N, inputs: readonly Value[], attrs: OpAttrs[N]): Value[] {
    const shapes = opOf(op).shapes(
      inputs.map((v) => v.shape),
      attrs,
    );
    const node: Node<N> = { op, inputs, attrs, outputs: [] };
    for (const shape of shapes) node.outputs.push(this.value(shape, { kind: 'node', node }));
    this.nodes.push(node);
    return node.outputs;
  }

  /** As `applyAll`, for the many operations of which only the first output matters. */
  apply<N extends OpName>(op: N, inputs: readonly Value[], attrs: OpAttrs[N]): Value {
    return this.applyAll(op, inputs, attrs)[0]!;
  }

  paramSpecs(): ParamSpec[] {
    return [...this.params.values()].map((v) => (v.origin as { spec: ParamSpec }).spec);
  }

  private value(shape: Shape, origin: Value['origin']): Value {
    return { id: this.count++, shape, origin };
  }
}
