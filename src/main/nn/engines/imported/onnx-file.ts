import onnxProto, { type onnx as Onnx } from 'onnx-proto';
import { copyWithoutData, damaged, type FieldRange, fieldsIn, FileBytes, type MessageType } from './wire.ts';

const { onnx } = onnxProto;

/** Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3 */
const MODEL_GRAPH = 7;
export const GRAPH_NODE = 1;
export const GRAPH_INITIALIZER = 5;
const GRAPH_SPARSE_INITIALIZER = 15;
export const GRAPH_OUTPUT = 12;

const EXTERNAL_ENTRY: MessageType = { messages: {} };
const TENSOR: MessageType = { messages: { 13: () => EXTERNAL_ENTRY }, data: [4, 5, 6, 7, 9, 10, 11], skipped: [12] };
const SPARSE_TENSOR: MessageType = { messages: { 1: () => TENSOR, 2: () => TENSOR } };
const ATTRIBUTE: MessageType = {
  messages: { 5: () => TENSOR, 6: () => GRAPH, 10: () => TENSOR, 11: () => GRAPH, 22: () => SPARSE_TENSOR, 23: () => SPARSE_TENSOR },
  data: [4, 7, 8, 9],
  skipped: [13],
};
const NODE: MessageType = { messages: { 5: () => ATTRIBUTE }, skipped: [6, 9] };
const GRAPH: MessageType = {
  messages: { [GRAPH_NODE]: () => NODE, [GRAPH_INITIALIZER]: () => TENSOR, [GRAPH_SPARSE_INITIALIZER]: () => SPARSE_TENSOR },
  skipped: [10, 14, 16],
};
const FUNCTION: MessageType = { messages: { 7: () => NODE, 11: () => ATTRIBUTE }, skipped: [8, 14] };
const TRAINING: MessageType = { messages: { 1: () => GRAPH, 2: () => GRAPH } };
const MODEL: MessageType = { messages: { [MODEL_GRAPH]: () => GRAPH, 20: () => TRAINING, 25: () => FUNCTION }, skipped: [6] };

/** Constants up to this length are read, in bytes: shapes, axes, scales. Weights are longer. */
const CONSTANT_BYTES = 1024;

/** ONNX's names of element types, by TensorProto.DataType. */
const ELEMENT_TYPES: Readonly<Record<number, string>> = {
  ...{ 1: 'float32', 2: 'uint8', 3: 'int8', 4: 'uint16', 5: 'int16', 6: 'int32', 7: 'int64', 8: 'string', 9: 'bool', 10: 'float16' },
  ...{ 11: 'float64', 12: 'uint32', 13: 'uint64', 14: 'complex64', 15: 'complex128', 16: 'bfloat16' },
};

export interface OnnxValueInfo {
  name: string;
  type: string; // 'float32' and so on; 'unknown' for a sequence or a map
  shape: (number | string)[] | null; // a text is a dimension that is only named, '' one without a name; null: not stated
}

export interface OnnxNodeInfo {
  op: string;
  domain: string; // '' for ONNX's own
  inputs: readonly string[];
  outputs: readonly string[];
  /** Names that its inner graphs may take from outside. */
  captured: readonly string[];
  ints: Readonly<Record<string, readonly number[]>>; // attributes that are lists of whole numbers
}

/** What an ONNX file says, without its weights. */
export interface OnnxFile {
  path: string;
  bytes: number;
  model: Onnx.IModelProto; // without long constants
  opsets: { domain: string; version: number }[];
  producer: string;
  metadata: Record<string, string>;
  inputs: OnnxValueInfo[]; // without those that have a constant value
  outputs: OnnxValueInfo[];
  nodes: OnnxNodeInfo[];
  external: string[]; // locations of external data, as the file names them, each once
  graph: FieldRange; // the graph in the file
}

/**
 * Reads the graph of an ONNX file, not its weights: memory depends on the number of nodes only. Throws AppError 'bad-weights' for a
 * damaged file or one that is none, and the system's error for one that can't be read.
 */
export function readOnnxFile(path: string): OnnxFile {
  const file = new FileBytes(path);
  try {
    const graphs: FieldRange[] = [];
    const external = new Set<string>();
    const bytes = copyWithoutData(file, MODEL, {
      longest: CONSTANT_BYTES,
      onMessage: (fields, range) => {
        if (fields.length === 1 && fields[0] === MODEL_GRAPH) graphs.push(range);
        if (fields.at(-1) === 13) for (const location of locationsIn(file, range)) external.add(location);
      },
    });
    if (graphs.length !== 1) throw damaged(graphs.length === 0 ? 'it has no graph' : 'it has several graphs');
    return { ...describe(decode(bytes)), path, bytes: file.size, external: [...external], graph: graphs[0]! };
  } finally {
    file.close();
  }
}

function decode(bytes: Uint8Array): Onnx.IModelProto {
  try {
    return onnx.ModelProto.decode(bytes);
  } catch {
    throw damaged('its graph can’t be read');
  }
}

/** The values of an entry {key: 'location', value}. A hostile entry may repeat its fields or have others; all of its values count. */
function locationsIn(file: FileBytes, { content, end }: FieldRange): string[] {
  const texts: Record<number, string[]> = {};
  for (const { field, wire, ...text } of fieldsIn(file, content, end))
    if (wire === 2) (texts[field] ??= []).push(new TextDecoder().decode(file.slice(text.content, text.end)));
  return texts[1]?.includes('location') ? (texts[2] ?? []) : [];
}

function describe(model: Onnx.IModelProto): Omit<OnnxFile, 'path' | 'bytes' | 'external' | 'graph'> {
  const { graph } = model;
  const constants = new Set(graph?.initializer?.map(({ name }) => name));
  const valueInfos = (infos: readonly Onnx.IValueInfoProto[] | null | undefined): OnnxValueInfo[] => (infos ?? []).map(valueInfo);
  return {
    model,
    opsets: (model.opsetImport ?? []).map(({ domain, version }) => ({ domain: domain ?? '', version: Number(version) })),
    producer: [model.producerName, model.producerVersion].filter(Boolean).join(' '),
    metadata: Object.fromEntries((model.metadataProps ?? []).map(({ key, value }) => [key ?? '', value ?? ''])),
    inputs: valueInfos(graph?.input).filter(({ name }) => !constants.has(name)),
    outputs: valueInfos(graph?.output),
    nodes: (graph?.node ?? []).map(nodeInfo),
  };
}

function valueInfo({ name, type }: Onnx.IValueInfoProto): OnnxValueInfo {
  const tensor = type?.tensorType;
  const dims = tensor?.shape?.dim;
  return {
    name: name ?? '',
    type: ELEMENT_TYPES[tensor?.elemType ?? 0] ?? 'unknown',
    shape: dims ? dims.map(({ dimValue, dimParam }) => (dimParam ? dimParam : Number(dimValue ?? 0) || '')) : null,
  };
}

function nodeInfo(node: Onnx.INodeProto): OnnxNodeInfo {
  const attributes = node.attribute ?? [];
  return {
    op: node.opType ?? '',
    domain: node.domain ?? '',
    inputs: node.input ?? [],
    outputs: node.output ?? [],
    captured: attributes.flatMap(({ g, graphs }) => [...(g ? [g] : []), ...(graphs ?? [])]).flatMap(namesUsedIn),
    ints: Object.fromEntries(attributes.filter(({ ints }) => ints?.length).map(({ name, ints }) => [name ?? '', ints!.map(Number)])),
  };
}

const namesUsedIn = ({ node = [], output = [] }: Onnx.IGraphProto): string[] => [
  ...node!.map(nodeInfo).flatMap(({ inputs, captured }) => [...inputs, ...captured]),
  ...output!.map(({ name }) => name ?? ''),
];
