/**
 * The weighted graph of UMAP (McInnes, Healy, Melville 2018, section 3.1) from exact neighbours, in typed arrays: umap-js has the same
 * arithmetic in JavaScript maps with one text key per edge, which take 40 times the memory.
 */

/** The nearest other rows of each row, nearest first. */
export interface Neighbours {
  n: number;
  k: number;
  positions: Int32Array; // [n, k] rows
  distances: Float32Array; // [n, k] >= 0
}

/** Undirected, each edge once. */
export interface NeighbourGraph {
  n: number; // rows
  from: Int32Array; // [edges] rows
  to: Int32Array; // [edges] rows
  weight: Float32Array; // [edges] > 0, at most 1
}

/** Neighbours of a row that the layout uses: n_neighbors of umap-learn is 15, with the row itself. */
export const LAYOUT_NEIGHBOURS = 14;

const ITERATIONS = 64;
const TOLERANCE = 1e-5;
const SMALLEST_SCALE = 1e-3; // of the mean distance
const SMALLEST_WEIGHT = 1e-6;

/**
 * The weight of row i's neighbour j is exp(-(d_ij - rho_i) / sigma_i), at most 1: rho_i is the distance of the nearest neighbour that is no copy,
 * and sigma_i makes the weights of i's neighbours add up to log2(neighbours + 1). An edge has w_ij + w_ji - w_ij w_ji.
 */
export function neighbourGraph(all: Neighbours, uses = LAYOUT_NEIGHBOURS): NeighbourGraph {
  const { n, k, positions } = all;
  const used = Math.min(uses, k);
  const weights = directedWeights(all, used);
  const weightOf = (i: number, j: number): number => {
    for (let c = 0; c < used; c++) if (positions[i * k + c] === j) return weights[i * used + c]!;
    return 0;
  };
  const [from, to, weight] = [new Int32Array(n * used), new Int32Array(n * used), new Float32Array(n * used)];
  let edges = 0;
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < used; c++) {
      const j = positions[i * k + c]!;
      const own = weights[i * used + c]!;
      const back = weightOf(j, i);
      if (back > 0 && j < i) continue; // the edge of j has both
      const sum = own + back - own * back;
      if (sum < SMALLEST_WEIGHT) continue;
      from[edges] = i;
      to[edges] = j;
      weight[edges++] = sum;
    }
  }
  return { n, from: from.subarray(0, edges), to: to.subarray(0, edges), weight: weight.subarray(0, edges) };
}

/** [n, used] */
function directedWeights({ n, k, distances }: Neighbours, used: number): Float32Array {
  const out = new Float32Array(n * used);
  const target = Math.log2(used + 1);
  let overall = 0;
  for (let i = 0; i < n; i++) for (let c = 0; c < used; c++) overall += distances[i * k + c]! / (n * (used + 1));
  for (let i = 0; i < n; i++) {
    const own = distances.subarray(i * k, i * k + used);
    const rho = own.find((d) => d > 0) ?? 0;
    const mean = own.reduce((sum, d) => sum + d, 0) / (used + 1); // as umap-learn, the row itself counts
    const sigma = Math.max(scaleOf(own, rho, target), SMALLEST_SCALE * (rho > 0 ? mean : overall));
    for (let c = 0; c < used; c++) out[i * used + c] = own[c]! <= rho || sigma === 0 ? 1 : Math.exp(-(own[c]! - rho) / sigma);
  }
  return out;
}

/** Bisection for sigma. */
function scaleOf(distances: Float32Array, rho: number, target: number): number {
  let low = 0;
  let high = Infinity;
  let sigma = 1;
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    let sum = 0;
    for (const d of distances) sum += d > rho ? Math.exp(-(d - rho) / sigma) : 1;
    if (Math.abs(sum - target) < TOLERANCE) break;
    if (sum > target) high = sigma;
    else low = sigma;
    sigma = high === Infinity ? sigma * 2 : (low + high) / 2;
  }
  return sigma;
}
