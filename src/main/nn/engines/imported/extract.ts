import { AppError } from '../../../../shared/errors.ts';
import { GRAPH_INITIALIZER, GRAPH_NODE, GRAPH_OUTPUT, type OnnxFile } from './onnx-file.ts';
import { type FieldRange, fieldsIn, FileBytes, varintBytes } from './wire.ts';

const CHUNK = 1 << 20; // bytes copied at once

/** A value of a graph can be computed by a node; one that is an input or a constant can't be an output. */
export const isComputed = ({ nodes }: OnnxFile, name: string): boolean => name !== '' && nodes.some(({ outputs }) => outputs.includes(name));

/** Which nodes and constants the value `output` depends on. */
function neededFor({ nodes }: OnnxFile, output: string): { nodes: ReadonlySet<number>; names: ReadonlySet<string> } {
  const producers = new Map(nodes.flatMap(({ outputs }, i) => outputs.map((name) => [name, i] as const)));
  const names = new Set([output]);
  const needed = new Set<number>();
  for (const name of names) {
    const producer = producers.get(name);
    if (producer === undefined || needed.has(producer)) continue;
    needed.add(producer);
    const { inputs, captured } = nodes[producer]!;
    for (const input of [...inputs, ...captured]) names.add(input); // a Set's iterator also visits values added meanwhile
  }
  return { nodes: needed, names };
}

/**
 * An ONNX file with `output` as its only output, in parts: without the nodes and weights that only other outputs need. Weights are
 * copied as they are, a megabyte at a time. Throws AppError 'bad-weights' for a value that no node computes.
 */
export function* withOutput(model: OnnxFile, output: string): Generator<Uint8Array> {
  if (!isComputed(model, output))
    throw new AppError('bad-weights', `The model computes no value named ${output}. Choose another output.`, { output });
  const needed = neededFor(model, output);
  const constants = model.model.graph?.initializer ?? [];
  const counts = { nodes: 0, constants: 0 };
  const isKept = ({ field }: FieldRange): boolean => {
    if (field === GRAPH_NODE) return needed.nodes.has(counts.nodes++);
    if (field === GRAPH_INITIALIZER) return needed.names.has(constants[counts.constants++]?.name ?? '');
    return field !== GRAPH_OUTPUT;
  };
  const file = new FileBytes(model.path);
  try {
    const { graph } = model;
    const kept = [...fieldsIn(file, graph.content, graph.end)].filter(isKept);
    const name = new TextEncoder().encode(output);
    const valueInfo = [varintBytes(8 + 2), varintBytes(name.length), name]; // field 1 of ValueInfoProto; onnxruntime infers type and shape
    const valueInfoBytes = Buffer.concat(valueInfo);
    const outputField = Buffer.concat([varintBytes(8 * GRAPH_OUTPUT + 2), varintBytes(valueInfoBytes.length), valueInfoBytes]);
    const length = kept.reduce((sum, { start, end }) => sum + end - start, outputField.length);
    yield* copy(file, { start: 0, end: graph.start });
    yield Buffer.concat([varintBytes(8 * graph.field + 2), varintBytes(length)]);
    for (const range of kept) yield* copy(file, range);
    yield outputField;
    yield* copy(file, { start: graph.end, end: file.size });
  } finally {
    file.close();
  }
}

function* copy(file: FileBytes, { start, end }: Pick<FieldRange, 'start' | 'end'>): Generator<Uint8Array> {
  for (let at = start; at < end; at += CHUNK) yield file.slice(at, Math.min(end, at + CHUNK));
}
