import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import type { Random } from '../../shared/random.ts';
import { type Probe, softmax } from './probe.ts';
import { HIDDEN } from './head.ts';
import type { TensorMap } from './ir/tensor.ts';

/**
 * Inverse temperature of the softmax over the probe's scores, which are small because the probe is penalised. Of 1 to 4, with
 * penalties of 1e-5 to 1e-2 on three data sets of photographs, 3 separated validation pairs best.
 */
const INVERSE_TEMPERATURE = 3;
/** Points in score space that the head is fitted to: scores of real images plus noise. */
const POINTS = 4000;
/** Standard deviation of the noise, as a share of the scores' standard deviation. */
const NOISE = 0.3;
const RIDGE = 1e-4;
/** Each class has one hidden unit per entry. The unit's ReLU starts at this quantile of the class's scores. */
const CLASS_UNITS = [0.5, 0.95];

/** With more classes there are too few hidden units for CLASS_UNITS. */
export const MAX_CLASSES = HIDDEN / CLASS_UNITS.length;

/**
 * A head that starts as a linear probe of the backbone's features. The embedding of an image is
 *     margin / sqrt 2 * sum over classes k of sqrt(p_k) direction_k,   p = softmax(INVERSE_TEMPERATURE * scores),
 * so the distance of two images is margin times the Hellinger distance of their class probabilities (exact with at most d
 * classes): 0 for equal probabilities, the margin where the probe is certain of two different classes. The contrastive loss
 * then only has to correct the probe's mistakes.
 *
 * The square root of the softmax is approximated by the method's own Linear -> ReLU -> Linear. Hidden units are random
 * features of the scores (Rahimi & Recht 2008): some rise along one class, most along a random direction from a random
 * image's score upwards. The last layer is a ridge regression on them. Half of the fitted points are held-out scores, as new
 * images have them.
 *
 * `unit`: the embedding is scaled to length 1 afterwards, so its last bias counts, too. As the square roots of probabilities have length 1, the
 * target is the same direction.
 *
 * `random`: for the random features. `initial`: the randomly initialised head (`fc.0`, `fc.2`), which gives the shapes and is not
 * changed.
 */
export function headFromProbe(initial: TensorMap, probe: Probe, margin: number, random: Random, { unit = false } = {}): TensorMap {
  const classes = probe.bias.length;
  const dim = initial.get('fc.2.weight')!.data.length / HIDDEN;
  const points = samplePoints(probe, classes, random);
  const units = hiddenUnits(points, classes, random);
  const targets = targetEmbeddings(points, directions(classes, dim, random), margin, dim);
  const last = ridgeRegression(activations(points, units, classes), targets, dim);
  const features = probe.weight.length / classes;
  const hidden = { weight: new Float32Array(HIDDEN * features), bias: new Float32Array(HIDDEN) };
  units.forEach(({ direction, start }, u) => {
    const row = new Float64Array(features);
    let bias = -start;
    direction.forEach((share, k) => {
      if (share === 0) return;
      bias += share * probe.bias[k]!;
      for (let j = 0; j < features; j++) row[j]! += share * probe.weight[k * features + j]!;
    });
    hidden.weight.set(row, u * features);
    hidden.bias[u] = bias;
  });
  const tensorEntry = (name: string, data: Float32Array): [string, { shape: readonly number[]; data: Float32Array }] => [
    name,
    { shape: initial.get(name)!.shape, data },
  ];
  const entries = [tensorEntry('fc.0.weight', hidden.weight), tensorEntry('fc.0.bias', hidden.bias), tensorEntry('fc.2.weight', last.weight)];
  return new Map(unit ? [...entries, tensorEntry('fc.2.bias', last.bias)] : entries);
}

/** Score of a class without training images: its probability is 0. */
const NEVER = -1000;

/**
 * The tensors of a probe head (nn/head.ts). `rows` [n, C]: the features that the probe was fitted to, whose mean the head subtracts. The head
 * may have more classes than the probe, for classes without training images.
 */
export function probeHead(initial: TensorMap, { weight, bias }: Probe, rows: Float32Array): TensorMap {
  const { shape } = initial.get('probe.weight')!;
  const [classes, features] = shape as [number, number];
  const weights = new Float32Array(classes * features);
  weights.set(weight);
  const mean = new Float64Array(features);
  rows.forEach((value, i) => (mean[i % features]! += (value * features) / rows.length));
  return new Map([
    ['probe.weight', { shape, data: weights }],
    ['probe.bias', { shape: [classes], data: Float32Array.from({ length: classes }, (_, k) => bias[k] ?? NEVER) }],
    ['probe.mean', { shape: [features], data: Float32Array.from(mean) }],
  ]);
}

/** A hidden unit's value is relu(direction · scores - start). */
interface Unit {
  direction: Float64Array; // [K], adds up to 0, because a softmax ignores a constant added to all scores
  start: number;
}

/** [POINTS, K]: scores of random images plus noise. On average half are held-out scores. */
function samplePoints({ scores, heldOut }: Probe, classes: number, random: Random): Float64Array {
  const images = heldOut.length / classes;
  const deviation = NOISE * Math.sqrt([...scores, ...heldOut].reduce((sum, x) => sum + x * x, 0) / (2 * scores.length));
  const out = new Float64Array(POINTS * classes);
  for (let at = 0; at < out.length; at += classes) {
    const i = random.below(2 * images);
    const [source, row] = i < images ? [heldOut, i] : [scores, i - images];
    const noise = centredNormals(classes, random);
    for (let k = 0; k < classes; k++) out[at + k] = source[row * classes + k]! + deviation * noise[k]!;
  }
  return out;
}

/** CLASS_UNITS for each class, then random directions. */
function hiddenUnits(points: Float64Array, classes: number, random: Random): Unit[] {
  const classUnits = Array.from({ length: classes }, (_, k) => {
    const direction = Float64Array.from({ length: classes }, (_, c) => Number(c === k) - 1 / classes);
    const sorted = Float64Array.from({ length: POINTS }, (_, i) => dot(direction, points.subarray(i * classes, (i + 1) * classes))).sort();
    return CLASS_UNITS.map((quantile) => ({ direction, start: sorted[Math.floor(quantile * POINTS)]! }));
  }).flat();
  const randomUnits = Array.from({ length: HIDDEN - classUnits.length }, () => {
    const direction = toUnitLength(centredNormals(classes, random));
    const i = random.below(POINTS);
    return { direction, start: dot(direction, points.subarray(i * classes, (i + 1) * classes)) };
  });
  return [...classUnits, ...randomUnits];
}

/** Hidden activations [POINTS, HIDDEN + 1]. The last column is 1: its weight is the last bias, which cancels in distances of raw embeddings. */
function activations(points: Float64Array, units: readonly Unit[], classes: number): Matrix {
  const out = new Matrix(POINTS, HIDDEN + 1);
  for (let i = 0; i < POINTS; i++) {
    const scores = points.subarray(i * classes, (i + 1) * classes);
    units.forEach(({ direction, start }, u) => out.set(i, u, Math.max(0, dot(direction, scores) - start)));
    out.set(i, HIDDEN, 1);
  }
  return out;
}

/** Target embeddings of the points, [POINTS, d]. */
function targetEmbeddings(points: Float64Array, direction: readonly Float64Array[], margin: number, dim: number): Matrix {
  const classes = direction.length;
  const probabilities = softmax(
    points.map((s) => INVERSE_TEMPERATURE * s),
    classes,
  );
  const out = new Matrix(POINTS, dim);
  for (let i = 0; i < POINTS; i++) {
    for (let c = 0; c < dim; c++) {
      let sum = 0;
      for (let k = 0; k < classes; k++) sum += Math.sqrt(probabilities[i * classes + k]!) * direction[k]![c]!;
      out.set(i, c, (margin / Math.SQRT2) * sum);
    }
  }
  return out;
}

/**
 * Weights [d, HIDDEN] and bias [d] of the last layer: minimises the mean squared error plus RIDGE |weights|² after scaling each hidden
 * unit to mean square 1. Solves the normal equations by Cholesky decomposition.
 */
function ridgeRegression(hidden: Matrix, targets: Matrix, dim: number): { weight: Float32Array; bias: Float32Array } {
  const transposed = hidden.transpose();
  const normal = transposed.mmul(hidden).div(POINTS);
  const scale = Array.from({ length: HIDDEN + 1 }, (_, u) => Math.sqrt(normal.get(u, u)) || 1);
  const rightSide = transposed.mmul(targets).div(POINTS);
  for (let u = 0; u <= HIDDEN; u++) {
    for (let v = 0; v <= HIDDEN; v++) normal.set(u, v, normal.get(u, v) / (scale[u]! * scale[v]!) + (u === v ? RIDGE : 0));
    for (let c = 0; c < dim; c++) rightSide.set(u, c, rightSide.get(u, c) / scale[u]!);
  }
  const solution = new CholeskyDecomposition(normal).solve(rightSide);
  const valueOf = (u: number, c: number): number => solution.get(u, c) / scale[u]!;
  return {
    weight: Float32Array.from({ length: dim * HIDDEN }, (_, at) => valueOf(at % HIDDEN, Math.floor(at / HIDDEN))),
    bias: Float32Array.from({ length: dim }, (_, c) => valueOf(HIDDEN, c)),
  };
}

const CANDIDATES = 64;

/** Unit vectors: orthonormal where count <= dim. Otherwise each is the random candidate, of 64, farthest from all earlier vectors. */
function directions(count: number, dim: number, random: Random): Float64Array[] {
  const vectors: Float64Array[] = [];
  for (let k = 0; k < count; k++) {
    if (k < dim && count <= dim) {
      vectors.push(toUnitLength(orthogonalTo(normals(dim, random), vectors)));
      continue;
    }
    const candidates = Array.from({ length: CANDIDATES }, () => toUnitLength(normals(dim, random)));
    const nearest = candidates.map((x) => vectors.reduce((most, y) => Math.max(most, dot(x, y)), -1));
    vectors.push(candidates[nearest.indexOf(Math.min(...nearest))]!);
  }
  return vectors;
}

const normals = (length: number, random: Random): Float64Array => Float64Array.from({ length }, () => random.normal());
const toUnitLength = (x: Float64Array): Float64Array => x.map((v) => v / Math.sqrt(dot(x, x)));

function centredNormals(length: number, random: Random): Float64Array {
  const x = normals(length, random);
  const mean = x.reduce((sum, v) => sum + v, 0) / length;
  return x.map((v) => v - mean);
}

function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum;
}

/** The component of x orthogonal to an orthonormal basis (modified Gram–Schmidt). */
function orthogonalTo(x: Float64Array, basis: readonly Float64Array[]): Float64Array {
  return basis.reduce((rest, y) => {
    const share = dot(rest, y);
    return rest.map((v, i) => v - share * y[i]!);
  }, x);
}
