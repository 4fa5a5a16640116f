/** A named parameter or statistic of a network, row-major float32. Convolution kernels are [out, in/groups, kh, kw], dense weights [out, in]. */
export interface Tensor {
  shape: readonly number[];
  data: Float32Array;
}

export type TensorMap = Map<string, Tensor>;

/** What a network expects under a name. `statistic`: batch-norm running mean or variance, never differentiated. */
export interface ParamSpec {
  name: string;
  shape: readonly number[];
  kind: 'weight' | 'statistic';
  /** Position embeddings [1, prefix + side², C]. Weights for another side are resampled when they are loaded. */
  positions?: { prefix: number };
  initialValue?: number; // of every element before training; default: see initialise.ts
}

/**
 * Frees an array's memory now: a garbage collection may come several batches later. The array is empty afterwards. An array that
 * shares its buffer stays as it is.
 */
export function freeArray({ buffer, byteLength }: Float32Array | Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}

/** Arrays one after the other. */
export function joinArrays(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  for (let i = 0, at = 0; i < parts.length; at += parts[i++]!.length) out.set(parts[i]!, at);
  return out;
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);
