import { type MapGrid, resample } from './field.ts';
import { centreOf, evenPlacement } from './placement.ts';

/** Where in the image the evidence of a map [h, w] (values >= 0) is. Shares are of the sum of its values. */
export interface EvidencePosition {
  centre: number; // in the middle third both ways: 1/9 of the image
  border: number; // within 10 % of the shorter side from an edge
  borderArea: number; // the border's share of the image's area: `border` of evenly spread evidence
  edges: { left: number; right: number; top: number; bottom: number }; // within the same strips, which overlap in the corners
  /** In the 20 % of the image's area with the largest values: 0.2 for uniform evidence, 1 if all of it is there. */
  topFifth: number;
  strongest: { u: number; v: number; value: number }; // 0..1 across and down: the middle of the strongest cell
}

const GRID = 120; // px per side: divides into thirds and tenths, so that shares of area are exact
export const BORDER = 0.1; // of the shorter side
/** Above this, and above what its area would give by chance, evidence on the border is worth a warning. */
export const MAX_ON_BORDER = 0.5;
const ABOVE_CHANCE = 1.25;

/** null for a map without evidence. `width` and `height` of the image in px: the border is equally wide on all sides. */
export function evidencePosition(cells: MapGrid, width: number, height: number): EvidencePosition | null {
  const { map, w, h, placement = evenPlacement(w, h) } = cells;
  const fine = resample(cells, GRID, GRID);
  let total = 0;
  for (const value of fine) total += value;
  if (!(total > 0)) return null;
  const strip = BORDER * Math.min(width, height);
  const [across, down] = [strip / width, strip / height];
  const sums = { centre: 0, border: 0, left: 0, right: 0, top: 0, bottom: 0 };
  for (let y = 0; y < GRID; y++) {
    const v = (y + 0.5) / GRID;
    const top = v < down;
    const bottom = v > 1 - down;
    const middle = v > 1 / 3 && v < 2 / 3;
    for (let x = 0; x < GRID; x++) {
      const value = fine[y * GRID + x]!;
      const u = (x + 0.5) / GRID;
      const left = u < across;
      const right = u > 1 - across;
      if (middle && u > 1 / 3 && u < 2 / 3) sums.centre += value;
      if (left) sums.left += value;
      if (right) sums.right += value;
      if (top) sums.top += value;
      if (bottom) sums.bottom += value;
      if (left || right || top || bottom) sums.border += value;
    }
  }
  const sorted = fine.toSorted();
  let top = 0;
  for (let i = 1; i <= Math.ceil(sorted.length / 5); i++) top += sorted[sorted.length - i]!;
  let argmax = 0;
  for (let i = 1; i < map.length; i++) if (map[i]! > map[argmax]!) argmax = i;
  return {
    centre: sums.centre / total,
    border: sums.border / total,
    borderArea: 1 - (1 - 2 * across) * (1 - 2 * down),
    edges: { left: sums.left / total, right: sums.right / total, top: sums.top / total, bottom: sums.bottom / total },
    topFifth: top / total,
    strongest: { u: centreOf(placement.across, argmax % w), v: centreOf(placement.down, Math.floor(argmax / w)), value: map[argmax]! },
  };
}

/** Whether so much evidence is at the border that a frame, scale bar or background may have decided. */
export const isOnBorder = ({ border, borderArea }: EvidencePosition): boolean => border > MAX_ON_BORDER && border > ABOVE_CHANCE * borderArea;

/** "upper left", "centre", "right": which ninth of the image a point is in. */
export function positionWords({ u, v }: { u: number; v: number }): string {
  const row = v < 1 / 3 ? 'upper' : v > 2 / 3 ? 'lower' : '';
  const column = u < 1 / 3 ? 'left' : u > 2 / 3 ? 'right' : '';
  if (!row && !column) return 'the centre';
  if (!row) return `the ${column}`;
  return column ? `the ${row} ${column}` : `the ${row === 'upper' ? 'top' : 'bottom'} middle`;
}

/** The edge that holds most of the evidence on the border. */
export function strongestEdge({ edges }: EvidencePosition): keyof EvidencePosition['edges'] {
  return (Object.keys(edges) as (keyof EvidencePosition['edges'])[]).reduce((a, b) => (edges[b] > edges[a] ? b : a));
}
