import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import type { Random } from '../../shared/random.ts';
import { type Probe, softmax } from './probe.ts';
import { HIDDEN } from './siamese.ts';
import type { TensorMap } from './ir/tensor.ts';

/**
 * How much surer the head's classes are drawn than the probe's: scores times this go into the softmax. A probe of few
 * images is held back by its penalty. Of the values tried on three sets of photographs (1 to 4, with penalties from
 * 1e-5 to 1e-2) this told validation pairs apart best.
 */
const SHARPNESS = 3;
/** Points in the space of scores that the hidden layer is fitted to, and how far they are strewn about real images (share of the scores' deviation). */
const POINTS = 4000;
const STREWN = 0.3;
const RIDGE = 1e-4;
/** Hidden units of a class' own, by the quantile of its scores at which they begin to rise. */
const OWN_UNITS = [0.5, 0.95];

/** Classes for which there are hidden units. */
export const MOST_CLASSES = HIDDEN / OWN_UNITS.length;

/**
 * A head that begins where a linear probe of the backbone's features ends: an image lies at
 *     margin / sqrt 2 * sum over classes k of sqrt(p_k) direction_k,   p = softmax(SHARPNESS * scores),
 * so that the distance of two images is margin times the Hellinger distance of what the probe believes of them: 0 where it
 * believes the same, a margin where it is sure of two classes (exactly while there are no more classes than dimensions).
 * What the contrastive loss has to learn from few images is only what the probe gets wrong.
 *
 * The square root of a softmax is fitted by the method's own Linear -> ReLU -> Linear: hidden units rise in directions of
 * the scores, some along one class, most along a drawn direction from a drawn image on (random features, Rahimi & Recht
 * 2008), and the last layer is their ridge regression. It is fitted about the scores of images as a probe gives them that
 * has not seen them, since those are the scores that new images will have.
 *
 * `drawn` holds the randomly drawn head (`fc.0`, `fc.2`), whose shapes it takes; the result has new tensors.
 */
export function headFromProbe(drawn: TensorMap, probe: Probe, margin: number, random: Random): TensorMap {
  const classes = probe.bias.length;
  const dim = drawn.get('fc.2.weight')!.data.length / HIDDEN;
  const points = pointsOf(probe, classes, random);
  const units = hiddenUnits(points, classes, random);
  const places = placesOf(points, directions(classes, dim, random), margin, dim);
  const last = ridgeRegression(activations(points, units, classes), places, dim);
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
  const shaped = (name: string, data: Float32Array): [string, { shape: readonly number[]; data: Float32Array }] => [
    name,
    { shape: drawn.get(name)!.shape, data },
  ];
  return new Map([shaped('fc.0.weight', hidden.weight), shaped('fc.0.bias', hidden.bias), shaped('fc.2.weight', last)]);
}

/** A hidden unit's value is relu(direction · scores - start). */
interface Unit {
  direction: Float64Array; // [K], adds up to 0: a softmax does not see what all scores have in common
  start: number;
}

/** [POINTS, K]: scores as images have them, seen and unseen ones, and between them. */
function pointsOf({ scores, unseen }: Probe, classes: number, random: Random): Float64Array {
  const images = unseen.length / classes;
  const strewn = STREWN * Math.sqrt([...scores, ...unseen].reduce((sum, x) => sum + x * x, 0) / (2 * scores.length));
  const out = new Float64Array(POINTS * classes);
  for (let at = 0; at < out.length; at += classes) {
    const i = random.below(2 * images);
    const [from, row] = i < images ? [unseen, i] : [scores, i - images];
    const noise = centredNormals(classes, random);
    for (let k = 0; k < classes; k++) out[at + k] = from[row * classes + k]! + strewn * noise[k]!;
  }
  return out;
}

function hiddenUnits(points: Float64Array, classes: number, random: Random): Unit[] {
  const own = Array.from({ length: classes }, (_, k) => {
    const direction = Float64Array.from({ length: classes }, (_, c) => Number(c === k) - 1 / classes);
    const sorted = Float64Array.from({ length: POINTS }, (_, i) => dot(direction, points.subarray(i * classes, (i + 1) * classes))).sort();
    return OWN_UNITS.map((quantile) => ({ direction, start: sorted[Math.floor(quantile * POINTS)]! }));
  }).flat();
  const drawn = Array.from({ length: HIDDEN - own.length }, () => {
    const direction = unit(centredNormals(classes, random));
    const i = random.below(POINTS);
    return { direction, start: dot(direction, points.subarray(i * classes, (i + 1) * classes)) };
  });
  return [...own, ...drawn];
}

/** [POINTS, HIDDEN + 1], the last column 1: distances do not see a constant, so its weight is fitted and left out. */
function activations(points: Float64Array, units: readonly Unit[], classes: number): Matrix {
  const out = new Matrix(POINTS, HIDDEN + 1);
  for (let i = 0; i < POINTS; i++) {
    const scores = points.subarray(i * classes, (i + 1) * classes);
    units.forEach(({ direction, start }, u) => out.set(i, u, Math.max(0, dot(direction, scores) - start)));
    out.set(i, HIDDEN, 1);
  }
  return out;
}

/** Where points belong, [POINTS, d]. */
function placesOf(points: Float64Array, direction: readonly Float64Array[], margin: number, dim: number): Matrix {
  const classes = direction.length;
  const belief = softmax(
    points.map((s) => SHARPNESS * s),
    classes,
  );
  const out = new Matrix(POINTS, dim);
  for (let i = 0; i < POINTS; i++) {
    for (let c = 0; c < dim; c++) {
      let sum = 0;
      for (let k = 0; k < classes; k++) sum += Math.sqrt(belief[i * classes + k]!) * direction[k]![c]!;
      out.set(i, c, (margin / Math.SQRT2) * sum);
    }
  }
  return out;
}

/**
 * Weights of the last layer, [d, HIDDEN]: minimises the mean squared error plus RIDGE |weights|², each hidden unit first
 * scaled to mean square 1.
 */
function ridgeRegression(hidden: Matrix, places: Matrix, dim: number): Float32Array {
  const transposed = hidden.transpose();
  const normal = transposed.mmul(hidden).div(POINTS);
  const scale = Array.from({ length: HIDDEN + 1 }, (_, u) => Math.sqrt(normal.get(u, u)) || 1);
  const right = transposed.mmul(places).div(POINTS);
  for (let u = 0; u <= HIDDEN; u++) {
    for (let v = 0; v <= HIDDEN; v++) normal.set(u, v, normal.get(u, v) / (scale[u]! * scale[v]!) + (u === v ? RIDGE : 0));
    for (let c = 0; c < dim; c++) right.set(u, c, right.get(u, c) / scale[u]!);
  }
  const solved = new CholeskyDecomposition(normal).solve(right);
  return Float32Array.from({ length: dim * HIDDEN }, (_, at) => {
    const u = at % HIDDEN;
    return solved.get(u, Math.floor(at / HIDDEN)) / scale[u]!;
  });
}

const CANDIDATES = 64;

/** Unit vectors, at right angles while there is room, else each the candidate that is farthest from those before it. */
function directions(count: number, dim: number, random: Random): Float64Array[] {
  const chosen: Float64Array[] = [];
  for (let k = 0; k < count; k++) {
    if (k < dim && count <= dim) {
      chosen.push(unit(without(normals(dim, random), chosen)));
      continue;
    }
    const candidates = Array.from({ length: CANDIDATES }, () => unit(normals(dim, random)));
    const nearest = candidates.map((x) => chosen.reduce((most, y) => Math.max(most, dot(x, y)), -1));
    chosen.push(candidates[nearest.indexOf(Math.min(...nearest))]!);
  }
  return chosen;
}

const normals = (length: number, random: Random): Float64Array => Float64Array.from({ length }, () => random.normal());
const unit = (x: Float64Array): Float64Array => x.map((v) => v / Math.sqrt(dot(x, x)));

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

/** What is left of x at right angles to orthonormal vectors (Gram–Schmidt, modified: each from what the others left). */
function without(x: Float64Array, basis: readonly Float64Array[]): Float64Array {
  return basis.reduce((rest, y) => {
    const share = dot(rest, y);
    return rest.map((v, i) => v - share * y[i]!);
  }, x);
}
