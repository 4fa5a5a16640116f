import { sizeOf } from '../ir/tensor.ts';

/**
 * Position embeddings [1, prefix + from², C] of a grid of from × from patches -> [1, prefix + to², C]: the first `prefix` rows stay, the grid is
 * resampled as timm's resample_abs_pos_embed does, which is PyTorch's interpolate(mode='bicubic', antialias=True).
 */
export function resamplePositions(data: Float32Array, shape: readonly number[], prefix: number, to: number): Float32Array {
  const channels = shape[2]!;
  const from = Math.sqrt(shape[1]! - prefix);
  if (from === to) return data;
  const out = new Float32Array(sizeOf([prefix + to ** 2, channels]));
  out.set(data.subarray(0, prefix * channels));
  const weights = bicubicWeights(from, to); // [to, from]
  const grid = data.subarray(prefix * channels);
  const rows = new Float64Array(from * to * channels); // [from, to, C]: resampled across
  for (let y = 0; y < from; y++)
    addWeighted(weights, grid.subarray(y * from * channels, (y + 1) * from * channels), rows, y * to * channels, channels);
  const columns = new Float64Array(to * to * channels); // [to, to, C]
  addWeighted(weights, rows, columns, 0, to * channels);
  out.set(columns, prefix * channels);
  return out;
}

/** out[i] += sum over j of weights[i, j] source[j], for rows of `length` numbers; `at`: where out's first row begins. */
function addWeighted(weights: readonly Float64Array[], source: ArrayLike<number>, out: Float64Array, at: number, length: number): void {
  weights.forEach((row, i) =>
    row.forEach((weight, j) => {
      if (weight === 0) return;
      for (let c = 0; c < length; c++) out[at + i * length + c]! += weight * source[j * length + c]!;
    }),
  );
}

/**
 * Weights of each source cell for each target cell, [to][from]. The kernel is Keys's cubic with a = -1/2, as in Pillow; where the grid shrinks
 * it is stretched by from / to, which is the antialiasing.
 */
function bicubicWeights(from: number, to: number): Float64Array[] {
  const step = from / to;
  const stretch = Math.max(step, 1);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * step;
    const row = Float64Array.from({ length: from }, (__, j) => cubic((j + 0.5 - centre) / stretch));
    const sum = row.reduce((total, weight) => total + weight, 0);
    return row.map((weight) => weight / sum);
  });
}

function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}
