import { type CellPlacement, centreOf, positionAmong } from './maps/placement.ts';

/** Which spots of two images match, and what each pair of spots adds to the distance. src/main/nn/explain/correspondence.ts has the formulas. */

/** Matches of a cell that are listed at most. */
export const MATCHES_PER_CELL = 5;
/** Pairs that are drawn at once. */
export const STRONGEST_PAIRS = 10;
/** A finer feature map is not matched: its pairs of cells would take seconds and a hundred megabytes. */
export const MAX_MATCHED_CELLS = 1024;

/**
 * Why there are no matches. class-token: the head does not read the cells. one-vector: an imported encoder gives one vector an image. single-cell:
 * the map has one cell. too-fine: more than MAX_MATCHED_CELLS. no-features: all features of an image are 0.
 */
export const NO_MATCHES_REASONS = ['class-token', 'one-vector', 'single-cell', 'too-fine', 'no-features'] as const;
export type NoMatchesReason = (typeof NO_MATCHES_REASONS)[number];

/** The best matches of every cell of one image in the other, best first. Arrays [cells, listed]. */
export interface CellMatches {
  cells: number[]; // of the other image, row-major
  cosines: number[]; // of the features, -1..1
  shares: number[]; // of the pair of cells, in units of distance
}

/** The matches of a comparison. */
export interface PairMatches {
  width: number; // cells, of both images
  height: number;
  placement: CellPlacement;
  listed: number; // matches of each cell: MATCHES_PER_CELL, or all cells of a smaller map
  distance: number; // D(A, B)
  /** A reference: the distance of embeddings as far from z(0) as these, at right angles. The shares of all pairs of cells add up to `distance` less this. */
  unrelated: number;
  matches: [a: CellMatches, b: CellMatches]; // of the cells of A, and of B
}

export type MatchesAnswer = PairMatches | { none: NoMatchesReason; cells: number };

export const hasMatches = (answer: MatchesAnswer): answer is PairMatches => !('none' in answer);

/** A cell of A with a cell of B. */
export interface CellPair {
  a: number;
  b: number;
  cosine: number;
  share: number; // in units of distance: positive where the pair moves the images apart
  mutual: boolean; // whether each is the other's best match
}

/** The matches of a cell of image `side` (0: A), best first. A cell without features has none. */
export function matchesOfCell({ listed, matches }: PairMatches, side: 0 | 1, cell: number): CellPair[] {
  const { cells, cosines, shares } = matches[side];
  const best = (of: CellMatches, at: number): number => of.cells[at * listed]!;
  return Array.from({ length: listed }, (_, k): CellPair => {
    const other = cells[cell * listed + k]!;
    const [a, b] = side === 0 ? [cell, other] : [other, cell];
    return {
      ...{ a, b },
      cosine: cosines[cell * listed + k]!,
      share: shares[cell * listed + k]!,
      mutual: k === 0 && best(matches[side === 0 ? 1 : 0], other) === cell,
    };
  }).filter(({ cosine }) => cosine > 0);
}

/** The pairs of cells that are each other's best match, those with the largest share first. */
export function strongestPairs(pair: PairMatches, most = STRONGEST_PAIRS): CellPair[] {
  const all = Array.from({ length: pair.width * pair.height }, (_, cell) => matchesOfCell(pair, 0, cell)[0]);
  return all
    .filter((one): one is CellPair => one?.mutual === true)
    .sort((x, y) => Math.abs(y.share) - Math.abs(x.share))
    .slice(0, most);
}

/** The centre of a cell, 0..1 across and down the image. */
export function cellCentre({ width, placement }: Pick<PairMatches, 'width' | 'placement'>, cell: number): { u: number; v: number } {
  return { u: centreOf(placement.across, cell % width), v: centreOf(placement.down, Math.floor(cell / width)) };
}

/** The cell nearest to a position 0..1 across and down the image. */
export function cellNear({ width, height, placement }: Pick<PairMatches, 'width' | 'height' | 'placement'>, u: number, v: number): number {
  const [column, row] = [Math.round(positionAmong(u, placement.across, width)), Math.round(positionAmong(v, placement.down, height))];
  return row * width + column;
}
