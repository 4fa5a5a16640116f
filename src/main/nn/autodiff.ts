import type { Emitter, Ref } from './emit.ts';
import type { Graph, Node, Value } from './graph.ts';
import { opOf } from './ops/index.ts';
import type { Saved } from './ops/op.ts';
import { sizeOf } from './ir/tensor.ts';

/** Where each value of a graph stands in a program being written. */
export interface Bindings {
  refs: Map<Value, Ref>;
  saved: Map<Node, Saved>;
}

/** Writes the forward pass of what `wanted` needs, once; parameters and inputs must be bound. */
export function emitForward(e: Emitter, graph: Graph, wanted: readonly Value[], bound: Map<Value, Ref>): Bindings {
  const b: Bindings = { refs: new Map(bound), saved: new Map() };
  const needed = ancestors(wanted);
  for (const node of graph.nodes) {
    if (!node.outputs.some((v) => needed.has(v))) continue;
    const { outputs, saved } = opOf(node.op).forward(e, node.inputs.map(refOf(b)), node.attrs);
    node.outputs.forEach((v, i) => b.refs.set(v, outputs[i]!));
    b.saved.set(node, saved ?? {});
  }
  return b;
}

/**
 * Writes reverse-mode gradients: d(sum of seed * of)/d(each of wrt). `seed` has the shape of `of`; left out, it is all
 * ones (the sum of a vector, or a scalar itself). A value that `of` does not depend on is absent from the result.
 */
export function emitGradients(e: Emitter, graph: Graph, b: Bindings, of: Value, wrt: readonly Value[], seed?: Ref): Map<Value, Ref> {
  const gradients = new Map<Value, Ref>([[of, seed ?? e.constant(new Float32Array(sizeOf(of.shape)).fill(1), of.shape)]]);
  const relevant = dependants(graph, wrt);
  for (let i = graph.nodes.length - 1; i >= 0; i--) {
    const node = graph.nodes[i]!;
    const gradient = gradients.get(node.outputs[0]!);
    if (!gradient || !relevant.has(node.outputs[0]!)) continue;
    const needs = node.inputs.map((v) => relevant.has(v));
    if (!needs.includes(true)) continue;
    const parts = opOf(node.op).gradient(e, {
      inputs: node.inputs.map(refOf(b)),
      outputs: node.outputs.map(refOf(b)),
      saved: b.saved.get(node)!,
      attrs: node.attrs,
      gradient,
      needs,
    });
    node.inputs.forEach((v, k) => {
      const part = parts[k];
      if (!part || !needs[k]) return;
      const sofar = gradients.get(v);
      gradients.set(v, sofar ? e.add(sofar, part) : part);
    });
  }
  return new Map(wrt.flatMap((v) => (gradients.has(v) ? [[v, gradients.get(v)!] as const] : [])));
}

const refOf =
  (b: Bindings) =>
  (v: Value): Ref => {
    const ref = b.refs.get(v);
    if (!ref) throw new Error(`A value of shape [${v.shape}] is used before it is computed.`);
    return ref;
  };

function ancestors(values: readonly Value[]): Set<Value> {
  const seen = new Set<Value>();
  const queue = [...values];
  for (let v = queue.pop(); v; v = queue.pop()) {
    if (seen.has(v)) continue;
    seen.add(v);
    if (v.origin.kind === 'node') queue.push(...v.origin.node.inputs);
  }
  return seen;
}

/** The values themselves and all that is computed from them. */
function dependants(graph: Graph, values: readonly Value[]): Set<Value> {
  const seen = new Set<Value>(values);
  for (const node of graph.nodes) if (node.inputs.some((v) => seen.has(v))) node.outputs.forEach((v) => seen.add(v));
  return seen;
}
