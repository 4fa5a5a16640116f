import { type Attribute, BLOCKS_DOMAIN, type Program, type ProgramNode } from './emit.ts';

/**
 * Has a convolution in blocks of channels apply the activation that alone reads it, so its map is gone through once. onnxruntime
 * does so by itself for the convolutions that it lays out, not for those that are given to it laid out.
 */
export function withFusedActivations(program: Program): Program {
  const makers = new Map(program.nodes.flatMap((n) => (n.domain === BLOCKS_DOMAIN && n.op === 'Conv' ? [[n.outputs[0]!, n] as const] : [])));
  const readers = new Map<string, number>();
  for (const name of [...program.nodes.flatMap((n) => n.inputs), ...program.outputs.map((o) => o.name)])
    readers.set(name, (readers.get(name) ?? 0) + 1);
  const values = new Map(program.constants.flatMap((c) => (c.shape.length === 0 ? [[c.name, Number(c.data[0])] as const] : [])));
  const fused = new Map<ProgramNode, ProgramNode>(); // convolution -> the same with its activation
  const gone = new Set<ProgramNode>();
  for (const node of program.nodes) {
    const activation = activationOf(node, values);
    const maker = activation && readers.get(node.inputs[0]!) === 1 ? makers.get(node.inputs[0]!) : undefined;
    if (!activation || !maker) continue;
    fused.set(maker, { ...maker, outputs: node.outputs, attrs: { ...maker.attrs, ...activation } });
    gone.add(node);
  }
  return { ...program, nodes: program.nodes.filter((n) => !gone.has(n)).map((n) => fused.get(n) ?? n) };
}

function activationOf({ op, inputs }: ProgramNode, values: ReadonlyMap<string, number>): Record<string, Attribute> | null {
  if (op === 'Relu') return { activation: 'Relu' };
  if (op !== 'Clip') return null;
  const bounds = inputs.slice(1).map((name) => values.get(name));
  return bounds.length === 2 && bounds.every((b) => b !== undefined) ? { activation: 'Clip', activation_params: { floats: bounds } } : null;
}
