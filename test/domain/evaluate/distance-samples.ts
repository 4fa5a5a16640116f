import fc from 'fast-check';
import type { Random } from '../../../src/shared/random.ts';

export interface Sample {
  distances: number[];
  labels: (0 | 1)[];
}

/** Distances of `n` same and `n` different pairs, normal with unit spread and means 0 and `apart` (plus an offset to stay positive). */
export function gaussianPairs(random: Random, n: number, apart: number): Sample {
  const labels = Array.from({ length: 2 * n }, (_, i): 0 | 1 => (i % 2 === 0 ? 0 : 1));
  return { labels, distances: labels.map((label) => 10 + random.normal() + label * apart) };
}

/** Samples with both labels present and, drawn from few values, many ties. */
export const tiedSample: fc.Arbitrary<Sample> = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 12 }), fc.constantFrom<(0 | 1)[]>(0, 1)), { minLength: 0, maxLength: 40 })
  .chain((rows) => fc.tuple(fc.constant(rows), fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 12 })))
  .map(([rows, same, different]) => {
    const all = [...rows, [same, 0] as const, [different, 1] as const];
    return { distances: all.map(([d]) => d / 4), labels: all.map(([, label]) => label) };
  });

/** P(different > same) + half the ties, counted over all pairs of pairs. */
export function bruteForceAuc({ distances, labels }: Sample): number {
  let [wins, count] = [0, 0];
  distances.forEach((d, i) =>
    distances.forEach((s, j) => {
      if (labels[i] !== 1 || labels[j] !== 0) return;
      count++;
      wins += d > s ? 1 : d === s ? 0.5 : 0;
    }),
  );
  return wins / count;
}

/** Standard normal distribution function, Abramowitz & Stegun 7.1.26, error below 1.5e-7. */
export function phi(z: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(z)) / Math.SQRT2);
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const half = (poly * Math.exp((-z * z) / 2)) / 2;
  return z >= 0 ? 1 - half : half;
}
