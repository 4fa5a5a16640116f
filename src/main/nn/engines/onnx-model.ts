import onnxProto from 'onnx-proto';
import { type Attribute, BLOCKS_DOMAIN, type Program, type Ref } from '../emit.ts';

const { onnx } = onnxProto;
const FLOAT = 1;
const INT64 = 7;
const BOOL = 9;
const OPSET = 17;
const IR_VERSION = 8;

/** Serialises a program as an ONNX model (opset 17). */
export function toOnnx(program: Program, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const model = onnx.ModelProto.create({
    irVersion: IR_VERSION,
    producerName: 'Twinlens',
    opsetImport: [{ domain: '', version: OPSET }, ...(program.nodes.some((n) => n.domain) ? [{ domain: BLOCKS_DOMAIN, version: 1 }] : [])],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: 'twinlens',
      node: program.nodes.map((n, i) => ({
        name: `${n.op}_${i}`,
        opType: n.op,
        domain: n.domain ?? '',
        input: n.inputs,
        output: n.outputs,
        attribute: Object.entries(n.attrs).map(([name, value]) => attribute(name, value)),
      })),
      initializer: program.constants.map((c) => ({
        name: c.name,
        dims: [...c.shape],
        dataType: c.data instanceof Float32Array ? FLOAT : INT64,
        rawData: new Uint8Array(c.data.buffer, c.data.byteOffset, c.data.byteLength),
      })),
      input: program.inputs.map(valueInfo),
      output: program.outputs.map(valueInfo),
    },
  });
  return onnx.ModelProto.encode(model).finish();
}

function attribute(name: string, value: Attribute): object {
  const { AttributeType } = onnx.AttributeProto;
  if (typeof value === 'number') return { name, i: value, type: AttributeType.INT };
  if (typeof value === 'string') return { name, s: new TextEncoder().encode(value), type: AttributeType.STRING };
  if ('floats' in value) return { name, floats: [...value.floats], type: AttributeType.FLOATS };
  if ('float' in value) return { name, f: value.float, type: AttributeType.FLOAT };
  return { name, ints: [...value], type: AttributeType.INTS };
}

function valueInfo(ref: Ref): object {
  const elemType = { float: FLOAT, int64: INT64, bool: BOOL }[ref.type];
  return { name: ref.name, type: { tensorType: { elemType, shape: { dim: ref.shape.map((dimValue) => ({ dimValue })) } } } };
}
