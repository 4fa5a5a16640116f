import type { Graph, Node, Value } from '../../graph.ts';
import type { Held } from './held.ts';
import type { Tf } from './library.ts';
import { forward } from './ops.ts';

/**
 * Evaluates what `wanted` needs, node by node from what is bound. A value is let go of after its last use, so that a forward
 * pass holds a layer or two and not the whole network; bound values stay. The caller disposes of what it gets.
 */
export function evaluate(tf: Tf, graph: Graph, wanted: readonly Value[], bound: ReadonlyMap<Value, Held>): Map<Value, Held> {
  const values = new Map(bound);
  const nodes = nodesFor(graph, wanted, bound);
  const uses = new Map<Value, number>();
  const use = (value: Value, by: number): number => {
    const count = (uses.get(value) ?? 0) + by;
    uses.set(value, count);
    return count;
  };
  for (const value of wanted) use(value, 1);
  for (const node of nodes) for (const value of node.inputs) use(value, 1);
  for (const node of nodes) {
    const outputs = forward(tf, node.op, node.inputs.map(heldIn(values)), node.attrs);
    node.outputs.forEach((value, i) => {
      if (uses.has(value)) values.set(value, outputs[i]!);
      else outputs[i]!.tensor.dispose();
    });
    for (const value of node.inputs) {
      if (use(value, -1) > 0 || bound.has(value)) continue;
      values.get(value)?.tensor.dispose();
      values.delete(value);
    }
  }
  return new Map(wanted.map((value) => [value, heldIn(values)(value)]));
}

/** The nodes that follow from parameters alone: an engine with fixed weights evaluates them once. */
export function constantValues(graph: Graph): Value[] {
  const constant = new Set<Value>(graph.params.values());
  const found: Value[] = [];
  for (const node of graph.nodes) {
    if (!node.inputs.every((value) => constant.has(value))) continue;
    for (const value of node.outputs) constant.add(value);
    found.push(...node.outputs);
  }
  return found;
}

function nodesFor(graph: Graph, wanted: readonly Value[], bound: ReadonlyMap<Value, Held>): Node[] {
  const needed = new Set<Value>();
  const queue = [...wanted];
  for (let value = queue.pop(); value; value = queue.pop()) {
    if (needed.has(value) || bound.has(value)) continue;
    needed.add(value);
    if (value.origin.kind === 'node') queue.push(...value.origin.node.inputs);
  }
  return graph.nodes.filter((node) => node.outputs.some((value) => needed.has(value)));
}

const heldIn =
  (values: ReadonlyMap<Value, Held>) =>
  (value: Value): Held => {
    const held = values.get(value);
    if (!held) throw new Error(`A value of shape [${value.shape}] is used before it is computed.`);
    return held;
  };
