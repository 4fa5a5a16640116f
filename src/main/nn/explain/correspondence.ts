import { DISTANCE_EPSILON } from '../functional/pair-distance.ts';
import { cellEmbeddings, type HeadWeights } from './cell-embeddings.ts';

/** All pairs of a cell x of A with a cell y of B. */
export interface CorrespondingCells {
  cells: number; // n, of each image
  cosines: Float64Array; // [n, n]: of F_A(x) and F_B(y); 0 for a cell without features
  shares: Float64Array; // [n, n], in units of distance
  distance: number; // D(A, B)
  unrelated: number; // R; see `correspond`
}

/**
 * How similar each pair of cells is, and what it adds to the distance D(A, B). `features`: F of A, then of B, [2, C, n].
 *
 * The embedding z(p) of the pooled features p = mean over x of F(x) is the sum of one vector for each cell and a constant. With the mean
 * Jacobian J = integral over t from 0 to 1 of dz/dp(t p), the fundamental theorem of calculus along t p says z(p) - z(0) = J p, so
 *
 *   e(x) = 1/n J F(x),   sum over x of e(x) = z(p) - z(0)
 *
 * (integrated gradients of z, Sundararajan et al. 2017, equation 1; exact for a raw head: along the path a hidden unit h t + b0 crosses the
 * kink of ReLU once, so its mean slope is (relu(h + b0) - relu(b0)) / h with h = W0 p, and J = W2 diag(slope) W0). Hence the squared distance
 *
 *   D² = |z_A - z_B|² + eps² = R² - 2 <z_A - z(0), z_B - z(0)>,   R² = |z_A - z(0)|² + |z_B - z(0)|² + eps²
 *
 * splits over pairs of cells, as the inner product of two sums does. R is the distance of embeddings as far from z(0) as these, but at right
 * angles: a reference, which two embeddings of length 1 need not reach. As D² - R² = (D - R)(D + R), the share of a pair of cells in units of distance is
 *
 *   share(x, y) = -2 <e_A(x), e_B(y)> / (D + R),   sum over x and y of share(x, y) = D - R
 *
 * Negative: the two cells move the embeddings in one direction, so they bring the images together. Swapping A and B transposes everything.
 * D itself has no such split: its mixed second derivative is not bounded where the embeddings meet.
 */
export function correspond(features: Float32Array, channels: number, head: HeadWeights): CorrespondingCells {
  const size = features.length / 2;
  const n = size / channels;
  const [a, b] = [features.subarray(0, size), features.subarray(size)].map((one) => ({
    directions: unitVectors(one, channels, n),
    embeddings: cellEmbeddings(one, channels, head),
  })) as [CellVectors, CellVectors];
  const [sumA, sumB] = [sumOf(a.embeddings, n), sumOf(b.embeddings, n)];
  const unrelated = Math.sqrt(dot(sumA, sumA) + dot(sumB, sumB) + DISTANCE_EPSILON ** 2);
  const distance = Math.sqrt(sumA.reduce((total, value, i) => total + (value - sumB[i]!) ** 2, DISTANCE_EPSILON ** 2));
  const cosines = new Float64Array(n * n);
  const shares = new Float64Array(n * n);
  const factor = -2 / (distance + unrelated);
  for (let x = 0; x < n; x++) {
    for (let y = 0; y < n; y++) {
      cosines[x * n + y] = dot(a.directions[x]!, b.directions[y]!);
      shares[x * n + y] = factor * dot(a.embeddings[x]!, b.embeddings[y]!) + 0; // not -0
    }
  }
  return { cells: n, cosines, shares, distance, unrelated };
}

interface CellVectors {
  directions: Float64Array[]; // [n][C], of length 1, or 0
  embeddings: Float64Array[]; // [n][d]: e
}

function unitVectors(features: Float32Array, channels: number, n: number): Float64Array[] {
  return Array.from({ length: n }, (_, x) => {
    const vector = Float64Array.from({ length: channels }, (__, c) => features[c * n + x]!);
    const length = Math.sqrt(dot(vector, vector));
    return length > 0 ? vector.map((value) => value / length) : vector;
  });
}

const sumOf = (vectors: readonly Float64Array[], n: number): Float64Array =>
  vectors[0]!.map((_, k) => {
    let total = 0;
    for (let x = 0; x < n; x++) total += vectors[x]![k]!;
    return total;
  });

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}
