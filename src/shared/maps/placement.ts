/** Centres of a map's cells along one side of an image, as shares of that side: the cell with index i is at first + i * step. */
export interface CellAxis {
  first: number;
  step: number; // > 0
}

/**
 * Where the cells of a map are in the image. A cell of a feature map is at the centre of its receptive field
 * (src/main/nn/explain/receptive-field.ts). Padding and strides move it from the position in an even division of the image.
 */
export interface CellPlacement {
  across: CellAxis;
  down: CellAxis;
}

/** n cells that divide the side evenly. */
export const evenAxis = (n: number): CellAxis => ({ first: 0.5 / n, step: 1 / n });

/** w × h cells that divide the image evenly. Also the placement of maps that were stored without one. */
export const evenPlacement = (w: number, h: number): CellPlacement => ({ across: evenAxis(w), down: evenAxis(h) });

/** Positions closer than this to a cell's centre, in cells, are at it, so that a map resampled to its own cells stays exactly the same. */
const ROUNDING = 1e-9;

/** The position of `at` (0..1 of a side) among n cells: 0 at the centre of the first one, n - 1 at that of the last one, never beyond. */
export function positionAmong(at: number, { first, step }: CellAxis, n: number): number {
  const position = (at - first) / step;
  const whole = Math.round(position);
  return Math.min(n - 1, Math.max(0, Math.abs(position - whole) < ROUNDING ? whole : position));
}

/** The centre of cell i, inside the image: 0..1. */
export const centreOf = ({ first, step }: CellAxis, i: number): number => Math.min(1, Math.max(0, first + i * step));
