import type { Random } from '../../shared/random.ts';
import type { Probe } from './probe.ts';
import { HIDDEN } from './siamese.ts';
import type { TensorMap } from './tensor.ts';

/**
 * Scores (log-odds) between which a class' ramp rises: from surely not to as likely as not. Of the ranges tried on three
 * sets of photographs this one told validation pairs apart best; a probe of few images seldom scores far above 0.
 */
const LOW = -4;
const HIGH = 0;
/** How much of their drawn size the hidden units keep that no class uses, so that they begin as a whisper. */
const SPARE = 0.05;

/** Classes for which there are hidden units. */
export const MOST_CLASSES = HIDDEN / 2;

/**
 * A head that begins where a linear probe of the backbone's features ends. Each class k has two hidden units whose
 * difference is a ramp of its score, relu(s - LOW) - relu(s - HIGH), which is 0 for images surely of another class and
 * HIGH - LOW for images of this one; the last layer sends the ramp along the class' own direction, scaled so that images of
 * two classes lie a margin apart. Images of one class thus begin together, and what the contrastive loss has to learn from
 * few images is only what the probe gets wrong.
 *
 * `drawn` holds the randomly drawn head (`fc.0`, `fc.2`); the result has new tensors of the same shapes.
 */
export function headFromProbe(drawn: TensorMap, { weight, bias }: Probe, margin: number, random: Random): TensorMap {
  const copy = (name: string, factor: number): Float32Array => drawn.get(name)!.data.map((x) => x * factor);
  const hidden = { weight: copy('fc.0.weight', SPARE), bias: copy('fc.0.bias', SPARE) };
  const last = copy('fc.2.weight', 1);
  const classes = bias.length;
  const features = weight.length / classes;
  const dim = last.length / HIDDEN;
  const gain = margin / Math.SQRT2 / (HIGH - LOW);
  directions(classes, dim, random).forEach((direction, k) => {
    for (const { unit, from, sign } of [
      { unit: 2 * k, from: LOW, sign: 1 },
      { unit: 2 * k + 1, from: HIGH, sign: -1 },
    ]) {
      hidden.weight.set(weight.subarray(k * features, (k + 1) * features), unit * features);
      hidden.bias[unit] = bias[k]! - from;
      direction.forEach((x, row) => {
        last[row * HIDDEN + unit] = sign * gain * x;
      });
    }
  });
  const shaped = (name: string, data: Float32Array): [string, { shape: readonly number[]; data: Float32Array }] => [
    name,
    { shape: drawn.get(name)!.shape, data },
  ];
  return new Map([shaped('fc.0.weight', hidden.weight), shaped('fc.0.bias', hidden.bias), shaped('fc.2.weight', last)]);
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

const normals = (dim: number, random: Random): Float64Array => Float64Array.from({ length: dim }, () => random.normal());
const dot = (x: Float64Array, y: Float64Array): number => x.reduce((sum, v, i) => sum + v * y[i]!, 0);
const unit = (x: Float64Array): Float64Array => x.map((v) => v / Math.sqrt(dot(x, x)));

/** What is left of x at right angles to orthonormal vectors (Gram–Schmidt, modified: each from what the others left). */
function without(x: Float64Array, basis: readonly Float64Array[]): Float64Array {
  return basis.reduce((rest, y) => {
    const share = dot(rest, y);
    return rest.map((v, i) => v - share * y[i]!);
  }, x);
}
