import onnxProto from 'onnx-proto';
import type { OnnxAttribute } from '../ir/primitive.ts';
import type { Program } from '../ir/program.ts';
import type { Shape, TensorType, Value } from '../ir/value.ts';

const { onnx } = onnxProto;
const ELEMENT_TYPES = { float: 1, index: 7, bool: 9 } as const satisfies Record<TensorType['dtype'], number>;
const OPSET = 17;
const IR_VERSION = 8;

/** An operator of an ONNX graph. */
export interface OnnxNode {
  op: string;
  domain: string; // '' for ONNX's own
  inputs: readonly string[];
  outputs: readonly string[];
  attrs: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxConstant {
  name: string;
  shape: Shape;
  data: Float32Array | BigInt64Array;
}

/** A lowered program in ONNX's terms: operators and constants by name. */
export interface OnnxGraph {
  nodes: OnnxNode[];
  constants: OnnxConstant[];
}

/** One node per instruction. A program output is computed under its output name; an Identity node adds every further name of a value. */
export function onnxGraph(program: Program): OnnxGraph {
  const names = new Map<Value, string>();
  const intLists = new Map<string, OnnxConstant>(); // int64
  const scalars = new Map<number, OnnxConstant>();
  const constants: OnnxConstant[] = [];
  for (const [name, value] of program.inputs) names.set(value, name);
  for (const [value, { data, name = `v${value.id}` }] of program.constants) {
    names.set(value, name);
    constants.push({ name, shape: value.shape, data });
    if (value.shape.length === 0) scalars.set(data[0]!, constants.at(-1)!);
  }
  const aliases = [...program.outputs].filter(([name, value]) => {
    if (names.has(value)) return true;
    names.set(value, name);
    return false;
  });
  const nameOf = (value: Value): string => {
    const name = names.get(value) ?? `v${value.id}`;
    names.set(value, name);
    return name;
  };
  const addOnce = <K>(cache: Map<K, OnnxConstant>, key: K, make: () => OnnxConstant): string => {
    let constant = cache.get(key);
    if (!constant) {
      constant = make();
      cache.set(key, constant);
      constants.push(constant);
    }
    return constant.name;
  };
  const nodes = program.instructions.map(({ operation, inputs, attrs, outputs }): OnnxNode => {
    const operands = inputs.map(nameOf);
    const form = operation.onnx({
      attrs,
      inputs: operands,
      inputShapes: inputs.map(({ shape }) => shape),
      outputShape: outputs[0]!.shape,
      ints: (values) =>
        addOnce(intLists, values.join(), () => ({ name: `ints:${values.join()}`, shape: [values.length], data: BigInt64Array.from(values, BigInt) })),
      scalar: (value) => addOnce(scalars, value, () => ({ name: `number:${value}`, shape: [], data: Float32Array.of(value) })),
    });
    return { op: form.op, domain: form.domain ?? '', inputs: form.inputs ?? operands, outputs: outputs.map(nameOf), attrs: form.attrs ?? {} };
  });
  for (const [name, value] of aliases) nodes.push({ op: 'Identity', domain: '', inputs: [nameOf(value)], outputs: [name], attrs: {} });
  return { nodes, constants };
}

/** Serialises a lowered program as an ONNX model (opset 17). */
export function toOnnx(program: Program, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const { nodes, constants } = onnxGraph(program);
  const domains = new Set(nodes.map(({ domain }) => domain).filter((domain) => domain !== ''));
  const model = onnx.ModelProto.create({
    irVersion: IR_VERSION,
    producerName: 'Twinlens',
    opsetImport: [{ domain: '', version: OPSET }, ...[...domains].map((domain) => ({ domain, version: 1 }))],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: 'twinlens',
      node: nodes.map((n, i) => ({
        name: `${n.op}_${i}`,
        opType: n.op,
        domain: n.domain,
        input: [...n.inputs],
        output: [...n.outputs],
        attribute: Object.entries(n.attrs).map(([name, value]) => attribute(name, value)),
      })),
      initializer: constants.map((c) => ({
        name: c.name,
        dims: [...c.shape],
        dataType: c.data instanceof Float32Array ? ELEMENT_TYPES.float : ELEMENT_TYPES.index,
        rawData: new Uint8Array(c.data.buffer, c.data.byteOffset, c.data.byteLength),
      })),
      input: [...program.inputs].map(valueInfo),
      output: [...program.outputs].map(valueInfo),
    },
  });
  return onnx.ModelProto.encode(model).finish();
}

function attribute(name: string, value: OnnxAttribute): object {
  const { AttributeType } = onnx.AttributeProto;
  if (typeof value === 'number') return { name, i: value, type: AttributeType.INT };
  if (typeof value === 'string') return { name, s: new TextEncoder().encode(value), type: AttributeType.STRING };
  if ('floats' in value) return { name, floats: [...value.floats], type: AttributeType.FLOATS };
  if ('float' in value) return { name, f: value.float, type: AttributeType.FLOAT };
  return { name, ints: [...value], type: AttributeType.INTS };
}

function valueInfo([name, { dtype, shape }]: [string, Value]): object {
  return { name, type: { tensorType: { elemType: ELEMENT_TYPES[dtype], shape: { dim: shape.map((dimValue) => ({ dimValue })) } } } };
}
