import type { Random } from '../../../shared/random.ts';
import type { NeighbourGraph } from './neighbour-graph.ts';

/** The layout of UMAP (McInnes, Healy, Melville 2018, section 3.2), by its stochastic gradient descent with negative samples. */

/** Of 1 / (1 + a d^2b), fitted by umap-learn to min_dist 0.1 and spread 1. */
const A = 1.5769434603113077;
const B = 0.8950608779109733;
const NEGATIVES = 5; // rows that an end of an edge is moved away from
const CLIP = 4;
const BLOCK = 20_000; // edges between two calls of `pause`: 5 to 20 ms

export interface LayoutOptions {
  epochs: number;
  random: Random;
  /** [n] 1: the row stays where it is. */
  fixed?: Uint8Array | undefined;
  /** Learning rate of the first epoch, which falls to 0. */
  rate?: number;
  /** Awaited often, so that other work of the process goes on. May throw to cancel. */
  pause?: (epochsDone: number) => Promise<void>;
}

/** Epochs as in umap-learn: 500, and 200 for more than 10,000 rows. */
export const epochsFor = (rows: number): number => (rows > 10_000 ? 200 : 500);

/**
 * Moves the points `xy` [n, 2] in place. An edge of weight w is sampled in a share w / max of the epochs. The same arguments give the same layout.
 */
export async function layOut(graph: NeighbourGraph, xy: Float64Array, options: LayoutOptions): Promise<void> {
  const { epochs, random, fixed, rate = 1, pause } = options;
  const { n, from, to, weight } = graph;
  const largest = weight.reduce((max, w) => Math.max(max, w), 0);
  const every = weight.map((w) => (w * epochs < largest ? Infinity : largest / w)); // epochs from one sample to the next
  const next = every.slice();
  const moves = (row: number): boolean => fixed === undefined || fixed[row] === 0;
  const repel = (row: number, step: number): void => {
    for (let sample = 0; sample < NEGATIVES; sample++) {
      const other = random.below(n);
      if (other !== row) pushApart(xy, row, other, step);
    }
  };
  for (let epoch = 0; epoch < epochs; epoch++) {
    const step = rate * (1 - epoch / epochs);
    for (let e = 0; e < every.length; e++) {
      if (pause && e % BLOCK === 0) await pause(epoch);
      if (next[e]! > epoch + 1) continue;
      next[e]! += every[e]!;
      const [i, j] = [from[e]!, to[e]!];
      const [movesI, movesJ] = [moves(i), moves(j)];
      if (!movesI && !movesJ) continue;
      pullTogether(xy, { i, j, movesI, movesJ }, 2 * step); // once for each direction of the edge
      if (movesI) repel(i, step);
      if (movesJ) repel(j, step);
    }
  }
  await pause?.(epochs);
}

const clip = (value: number): number => (value > CLIP ? CLIP : value < -CLIP ? -CLIP : value);

function pullTogether(xy: Float64Array, edge: { i: number; j: number; movesI: boolean; movesJ: boolean }, step: number): void {
  const { i, j, movesI, movesJ } = edge;
  const dx = xy[2 * i]! - xy[2 * j]!;
  const dy = xy[2 * i + 1]! - xy[2 * j + 1]!;
  const squared = dx * dx + dy * dy;
  if (squared === 0) return;
  const power = Math.pow(squared, B);
  const slope = (-2 * A * B * power) / (squared * (A * power + 1));
  const moveX = clip(slope * dx) * step;
  const moveY = clip(slope * dy) * step;
  if (movesI) {
    xy[2 * i]! += moveX;
    xy[2 * i + 1]! += moveY;
  }
  if (movesJ) {
    xy[2 * j]! -= moveX;
    xy[2 * j + 1]! -= moveY;
  }
}

function pushApart(xy: Float64Array, row: number, other: number, step: number): void {
  const dx = xy[2 * row]! - xy[2 * other]!;
  const dy = xy[2 * row + 1]! - xy[2 * other + 1]!;
  const squared = dx * dx + dy * dy;
  if (squared === 0) {
    xy[2 * row]! += CLIP * step;
    xy[2 * row + 1]! += CLIP * step;
    return;
  }
  const slope = (2 * B) / ((0.001 + squared) * (A * Math.pow(squared, B) + 1));
  xy[2 * row]! += clip(slope * dx) * step;
  xy[2 * row + 1]! += clip(slope * dy) * step;
}
