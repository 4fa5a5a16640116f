import onnxProto, { type onnx as Onnx } from 'onnx-proto';
import * as ort from 'onnxruntime-node';
import type { TensorLayout } from '../../../../shared/encoder-forms.ts';
import { explainModelError } from './load-error.ts';
import type { OnnxFile } from './onnx-file.ts';

const { onnx } = onnxProto;

/** A value that the graph computes, with its shape for a batch of images. */
export interface InferredValue {
  name: string;
  type: string; // 'float32' and so on
  shape: readonly number[];
}

/**
 * The shapes of all values of a graph, in the order in which they are computed, for `batch` images of `size` px. onnxruntime infers them
 * from the graph alone: weights are given to it as inputs, so none is read. Values of unknown shape are left out. Throws AppError
 * 'bad-weights' where the graph does not fit such images or has operators that onnxruntime does not know.
 */
export async function inferShapes(
  { model, inputs: [input] }: OnnxFile,
  { batch, size, layout }: { batch: number; size: number; layout: TensorLayout },
): Promise<InferredValue[]> {
  const graph = model.graph!;
  const inputs: Onnx.IValueInfoProto[] = [];
  const keptConstants = (graph.initializer ?? []).filter((tensor) => hasData(tensor) || !inputs.push(asInput(tensor, tensor.name)));
  const nodes = (graph.node ?? []).filter((node) => {
    const value = node.opType === 'Constant' ? node.attribute?.find(({ t }) => t)?.t : null;
    return !value || hasData(value) || !inputs.push(asInput(value, node.output?.[0]));
  });
  const kept = new Set(keptConstants.map(({ name }) => name));
  const listed = new Set(inputs.map(({ name }) => name));
  const dims = layout === 'NCHW' ? [batch, 3, size, size] : [batch, size, size, 3];
  for (const info of graph.input ?? []) {
    if (info.name === input!.name) inputs.push(tensorInfo(info.name, info.type!.tensorType!.elemType!, dims));
    else if (!kept.has(info.name ?? '') && !listed.has(info.name)) inputs.push(info);
  }
  const names = [...new Set(nodes.flatMap(({ output }) => output ?? []))].filter((name) => name !== '');
  const bytes = onnx.ModelProto.encode({
    ...model,
    graph: { ...graph, node: nodes, initializer: keptConstants, input: inputs, valueInfo: [], output: names.map((name) => ({ name })) },
  }).finish();
  try {
    const session = await ort.InferenceSession.create(bytes, { graphOptimizationLevel: 'basic', logSeverityLevel: 4 });
    const values = session.outputMetadata.flatMap((value) =>
      value.isTensor && value.shape.length > 0 && value.shape.every((dim) => typeof dim === 'number')
        ? [{ name: value.name, type: value.type, shape: value.shape as number[] }]
        : [],
    );
    await session.release();
    return values;
  } catch (error) {
    throw explainModelError(error, 'open');
  }
}

/** Whether a constant still has its values: it is short, and not in another file. */
function hasData({ dims, rawData, floatData, int32Data, int64Data, doubleData, uint64Data, stringData, dataLocation }: Onnx.ITensorProto): boolean {
  if (dataLocation === onnx.TensorProto.DataLocation.EXTERNAL) return false;
  const isEmpty = (dims ?? []).some((dim) => Number(dim) === 0);
  return isEmpty || [rawData, floatData, int32Data, int64Data, doubleData, uint64Data, stringData].some((data) => (data?.length ?? 0) > 0);
}

const asInput = ({ dims, dataType }: Onnx.ITensorProto, name: string | null | undefined): Onnx.IValueInfoProto =>
  tensorInfo(name ?? '', dataType ?? 0, (dims ?? []).map(Number));

const tensorInfo = (name: string, elemType: number, dims: readonly number[]): Onnx.IValueInfoProto => ({
  name,
  type: { tensorType: { elemType, shape: { dim: dims.map((dimValue) => ({ dimValue })) } } },
});
