import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import type { EncodedShape, ImportedEncoder } from '../../../../shared/imported-encoder.ts';
import type { DeviceName } from '../../../../shared/run.ts';
import { joinArrays } from '../../ir/tensor.ts';
import { sessionOptions } from '../onnx-session.ts';
import { mapShapeOf, toChannelsFirst, toChannelsLast } from './feature-map.ts';
import { fromHalves, halvesOf } from './half.ts';
import { explainModelError } from './load-error.ts';

/** Nothing on stderr: what onnxruntime logs is also in the errors that it throws. */
const QUIET = { logSeverityLevel: 4 } as const;

/** What running an encoder needs of its record. */
export type RunnableEncoder = Pick<ImportedEncoder, 'file' | 'input' | 'output' | 'batch'>;

/** An open encoder from an ONNX file. */
export interface ImportedSession {
  /**
   * Features of images [N, 3, S, S], normalised, as [N, C, h, w]: an output [N, C] has one cell, tokens are without their prefix.
   * Throws AppError 'bad-weights' where the model can't read images of this size.
   */
  run(images: Float32Array, size: number): Promise<Float32Array>;
  /** The shape of the features of images of this size, px; runs the model on a black image once. */
  shapeAt(size: number): Promise<EncodedShape>;
  close(): Promise<void>;
}

/** Opens an encoder whose model file is in `folder`. Throws AppError 'bad-weights' for a model that onnxruntime can't open. */
export async function openImported(encoder: RunnableEncoder, folder: string, device: DeviceName = 'cpu'): Promise<ImportedSession> {
  const session = await openModel(join(folder, encoder.file), device);
  const shapes = new Map<number, EncodedShape>();

  const runOnce = async (images: Float32Array, size: number): Promise<Float32Array> => {
    const { values, dims } = await runModel(session, encoder, images, size);
    const shape = mapShapeOf(dims, encoder.output);
    shapes.set(size, shape);
    return toChannelsFirst(values, shape, encoder.output);
  };
  return {
    run: async (images, size) => {
      const length = 3 * size * size;
      if (encoder.batch === 'any' || images.length === length) return runOnce(images, size);
      const parts: Float32Array[] = [];
      for (let at = 0; at < images.length; at += length) parts.push(await runOnce(images.subarray(at, at + length), size));
      return joinArrays(parts);
    },
    shapeAt: async (size) => {
      if (!shapes.has(size)) await runOnce(new Float32Array(3 * size * size), size);
      return shapes.get(size)!;
    },
    close: () => session.release(),
  };
}

/** Opens a model file. Throws AppError 'bad-weights'. */
async function openModel(path: string, device: DeviceName): Promise<ort.InferenceSession> {
  try {
    return await ort.InferenceSession.create(path, { ...sessionOptions(device), ...QUIET });
  } catch (error) {
    throw explainModelError(error, 'open');
  }
}

/** The output of a model for images [N, 3, S, S], as it comes. Throws AppError 'bad-weights'. */
async function runModel(
  session: ort.InferenceSession,
  { input, output }: Pick<RunnableEncoder, 'input'> & { output: Pick<ImportedEncoder['output'], 'name'> },
  images: Float32Array,
  size: number,
): Promise<{ values: Float32Array; dims: readonly number[] }> {
  const count = images.length / (3 * size * size);
  const dims = input.layout === 'NCHW' ? [count, 3, size, size] : [count, size, size, 3];
  const data = input.layout === 'NCHW' ? images : toChannelsLast(images, size * size);
  try {
    const results = await session.run({ [input.name]: inputTensor(data, dims, input.type) }, [output.name], QUIET);
    const result = results[output.name]!;
    return { values: floatsOf(result), dims: result.dims };
  } catch (error) {
    throw explainModelError(error, 'run');
  }
}

/** The shapes of a model's declared outputs for a black image, found by running it. Throws AppError 'bad-weights'. */
export async function declaredShapes(
  path: string,
  input: RunnableEncoder['input'],
  { batch, size }: { batch: number; size: number },
): Promise<{ name: string; type: string; shape: readonly number[] }[]> {
  const session = await openModel(path, 'cpu');
  try {
    const shapes = [];
    for (const { name, ...value } of session.outputMetadata) {
      const { dims } = await runModel(session, { input, output: { name } }, new Float32Array(batch * 3 * size * size), size);
      shapes.push({ name, type: 'type' in value ? value.type : '', shape: dims });
    }
    return shapes;
  } finally {
    await session.release();
  }
}

/** The values of one output of a model for each image [3, S, S], normalised. Throws AppError 'bad-weights'. */
export async function outputOfEach(
  path: string,
  model: Parameters<typeof runModel>[1],
  images: readonly Float32Array[],
  size: number,
): Promise<Float32Array[]> {
  const session = await openModel(path, 'cpu');
  try {
    const out: Float32Array[] = [];
    for (const image of images) out.push((await runModel(session, model, image, size)).values);
    return out;
  } finally {
    await session.release();
  }
}

function inputTensor(data: Float32Array, dims: readonly number[], type: ImportedEncoder['input']['type']): ort.Tensor {
  switch (type) {
    case 'float32':
      return new ort.Tensor('float32', data, dims);
    case 'float16':
      return halfTensor(halvesOf(data), dims);
    case 'uint8':
      return new ort.Tensor('uint8', Uint8Array.from(Uint8ClampedArray.from(data)), dims);
    default:
      return type satisfies never;
  }
}

/**
 * onnxruntime-common wraps halves as a Float16Array where Node has one, and the native part of onnxruntime-node 1.30 reads no values
 * from it: "expected 12288, got 0".
 */
const halfTensor = (halves: Uint16Array, dims: readonly number[]): ort.Tensor =>
  Object.defineProperty(new ort.Tensor('float16', halves, dims), 'data', { value: halves });

/** Values as float32. onnxruntime gives halves as their bits where Node has no Float16Array. */
function floatsOf({ type, data }: ort.Tensor): Float32Array {
  if (data instanceof Float32Array) return data;
  if (type === 'float16' && data instanceof Uint16Array) return fromHalves(data);
  return Float32Array.from(data as ArrayLike<number>);
}
