import { LENGTH_EPSILON } from '../functional/unit-length.ts';
import { HIDDEN, type HeadKind, PROBE_SHARPNESS, REST_EPSILON } from '../head.ts';
import type { TensorMap } from '../ir/tensor.ts';

/** What each cell adds to an embedding. */

/** The head's weights, row-major. Of a raw head the last bias has no effect on distances. */
export type HeadWeights =
  | { kind: 'raw' | 'unit'; w0: Float32Array; b0: Float32Array; w2: Float32Array; b2: Float32Array } // [256, C], [256], [d, 256], [d]
  | { kind: 'probe'; weight: Float32Array; bias: Float32Array; mean: Float32Array }; // [K, C], [K], [C]

/** The head's weights. `params`: all tensors of a network. */
export function headOf(params: TensorMap, kind: HeadKind = 'raw'): HeadWeights {
  const data = (name: string): Float32Array => params.get(name)!.data as Float32Array;
  return kind === 'probe'
    ? { kind, weight: data('probe.weight'), bias: data('probe.bias'), mean: data('probe.mean') }
    : { kind, w0: data('fc.0.weight'), b0: data('fc.0.bias'), w2: data('fc.2.weight'), b2: data('fc.2.bias') };
}

/** Steps of the path where the mean Jacobian has no closed form. The sum of the cells is exact for any number. */
const STEPS = 64;

/**
 * e(x) = 1/n J F(x) of every cell, [n][numbers of an embedding]: J is the mean Jacobian of the embedding along the path t p, p the mean of
 * the cells, so the cells add up to z(p) - z(0). `features`: [C, n].
 */
export function cellEmbeddings(features: Float32Array, channels: number, head: HeadWeights): Float64Array[] {
  const n = features.length / channels;
  const cells = Array.from({ length: n }, (_, x) => Float64Array.from({ length: channels }, (__, c) => features[c * n + x]! / n));
  const pooled = Float64Array.from({ length: channels }, (_, c) => cells.reduce((total, cell) => total + cell[c]!, 0));
  if (head.kind === 'probe') return probeCells(cells, pooled, head);
  const hidden = (cell: Float64Array): Float64Array => Float64Array.from({ length: HIDDEN }, (_, i) => dotAt(head.w0, i * channels, cell));
  const jacobian = jacobianOf(hidden(pooled), head); // [d, 256]
  return cells.map((cell) => {
    const h = hidden(cell);
    return Float64Array.from({ length: head.w2.length / HIDDEN }, (_, k) => dotAt(jacobian, k * HIDDEN, h));
  });
}

/** dz / d(W0 p), averaged along t p: [d, 256]. `h` [256] = W0 p. */
function jacobianOf(h: Float64Array, { kind, b0, w2, b2 }: Extract<HeadWeights, { w2: unknown }>): Float64Array {
  if (kind === 'raw') return w2Times(w2, (i) => (h[i] === 0 ? Number(b0[i]! > 0) : (relu(h[i]! + b0[i]!) - relu(b0[i]!)) / h[i]!));
  const dim = b2.length;
  const out = new Float64Array(w2.length);
  const lastAt = (t: number): Float64Array => {
    const active = Float64Array.from(h, (value, i) => relu(t * value + b0[i]!));
    return Float64Array.from({ length: dim }, (_, k) => b2[k]! + dotAt(w2, k * HIDDEN, active));
  };
  let start = lastAt(0);
  for (let step = 0; step < STEPS; step++) {
    const [from, to] = [step / STEPS, (step + 1) / STEPS];
    const end = lastAt(to);
    const slopes = w2Times(w2, (i) => (h[i] === 0 ? Number(b0[i]! > 0) / STEPS : (relu(to * h[i]! + b0[i]!) - relu(from * h[i]! + b0[i]!)) / h[i]!));
    const through = unitSecant(start, end);
    for (let i = 0; i < HIDDEN; i++) {
      const column = through(Float64Array.from({ length: dim }, (_, k) => slopes[k * HIDDEN + i]!));
      for (let k = 0; k < dim; k++) out[k * HIDDEN + i]! += column[k]!;
    }
    start = end;
  }
  return out;
}

const w2Times = (w2: Float32Array, slopeOf: (unit: number) => number): Float64Array => {
  const slopes = Float64Array.from({ length: HIDDEN }, (_, i) => slopeOf(i));
  return Float64Array.from(w2, (weight, at) => weight * slopes[at % HIDDEN]!);
};

const lengthOf = (x: Float64Array): number => Math.sqrt(dot(x, x) + LENGTH_EPSILON);

/** Applies the secant of the scaling to length 1 from y0 to y1, as throughUnitLength in path-of-length.ts. */
function unitSecant(y0: Float64Array, y1: Float64Array): (x: Float64Array) => Float64Array {
  const [n0, n1] = [lengthOf(y0), lengthOf(y1)];
  const s = y0.map((value, i) => value + y1[i]!);
  const scale = (1 / n0 + 1 / n1) / 2;
  const factor = 1 / (2 * n0 * n1 * (n0 + n1));
  return (x) => {
    const along = dot(s, x) * factor;
    return x.map((value, i) => value * scale - s[i]! * along);
  };
}

/** The cells of a probe head, by the secants of path-of-probe.ts. `cells`: F(x) / n, [n][C]. */
function probeCells(
  cells: readonly Float64Array[],
  pooled: Float64Array,
  { weight, bias, mean }: Extract<HeadWeights, { mean: unknown }>,
): Float64Array[] {
  const [classes, channels] = [bias.length, mean.length];
  const scoresOf = (cell: Float64Array): Float64Array => Float64Array.from({ length: classes }, (_, k) => dotAt(weight, k * channels, cell));
  const scores = scoresOf(pooled);
  const scoresOfCells = cells.map(scoresOf);
  const at = (t: number) => {
    const logits = scores.map((score, k) => PROBE_SHARPNESS * (t * score + bias[k]!));
    const largest = logits.reduce((most, value) => Math.max(most, value), -Infinity);
    const total = logits.reduce((sum, value) => sum + Math.exp(value - largest), 0);
    const q = logits.map((value) => Math.exp(value - largest) / total);
    const y = pooled.map((value, c) => t * value - mean[c]!);
    const length = lengthOf(y);
    return { q, y, rest: Math.sqrt(1 + REST_EPSILON - dot(q, q)), direction: y.map((value) => value / length) };
  };
  const out = cells.map(() => new Float64Array(classes + channels));
  let start = at(0);
  for (let step = 0; step < STEPS; step++) {
    const end = at((step + 1) / STEPS);
    const means = start.q.map((x, k) => logarithmicMean(x, end.q[k]!));
    const total = means.reduce((sum, value) => sum + value, 0);
    const through = unitSecant(start.y, end.y);
    cells.forEach((cell, x) => {
      const changes = scoresOfCells[x]!.map((score) => (PROBE_SHARPNESS * score) / STEPS);
      const level = dot(means, changes) / total;
      const changeOfQ = means.map((value, k) => value * (changes[k]! - level));
      const changeOfRest = -changeOfQ.reduce((sum, value, k) => sum + (start.q[k]! + end.q[k]!) * value, 0) / (start.rest + end.rest);
      const turned = through(cell);
      const into = out[x]!;
      changeOfQ.forEach((value, k) => (into[k]! += value));
      for (let c = 0; c < channels; c++)
        into[classes + c]! += (changeOfRest * (start.direction[c]! + end.direction[c]!)) / 2 + (((start.rest + end.rest) / 2) * turned[c]!) / STEPS;
    });
    start = end;
  }
  return out;
}

const logarithmicMean = (x: number, y: number): number => (Math.abs(x - y) < 1e-9 * x ? (x + y) / 2 : (x - y) / (Math.log(x) - Math.log(y)));

const relu = (x: number): number => Math.max(0, x);

/** The inner product of `x` and the numbers of `matrix` from `start` on. */
function dotAt(matrix: ArrayLike<number>, start: number, x: Float64Array): number {
  let total = 0;
  for (let i = 0; i < x.length; i++) total += matrix[start + i]! * x[i]!;
  return total;
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}
