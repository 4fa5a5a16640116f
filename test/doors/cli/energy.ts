import { SAMPLE_SIZE, type Box } from '../../../src/main/compute/sample/sample.ts';

/** A factual map on a picture of the drawn sample: how much of its energy (its values, >= 0) lies in the motif's box. */
export interface Pointed {
  className: string;
  all: number;
  inside: number;
  area: number; // the box's share of the picture
}

/** A map [h, w] against a box given in px of the drawn picture; a cell that the box cuts counts by the share inside. */
export function pointedAt(className: string, map: Float32Array, w: number, h: number, box: Box): Pointed {
  const overlap = (cell: number, cells: number, low: number, length: number): number => {
    const side = SAMPLE_SIZE / cells;
    return Math.max(0, Math.min((cell + 1) * side, low + length) - Math.max(cell * side, low)) / side;
  };
  let inside = 0;
  let all = 0;
  map.forEach((v, i) => {
    all += v;
    inside += v * overlap(i % w, w, box.x, box.w) * overlap(Math.floor(i / w), h, box.y, box.h);
  });
  return { className, all, inside, area: (box.w * box.h) / SAMPLE_SIZE ** 2 };
}

const sum = (maps: readonly Pointed[], of: (m: Pointed) => number): number => maps.reduce((s, m) => s + of(m), 0);

/** The share of all maps' energy inside their boxes, over the boxes' mean share of the picture: 1 = the map knows nothing. */
export const pooledRatio = (maps: readonly Pointed[]): number =>
  sum(maps, (m) => m.inside) / sum(maps, (m) => m.all) / (sum(maps, (m) => m.area) / maps.length);

/** The same of each map by itself, and the middle one of them: a few strong maps can't carry many that point elsewhere. */
export function medianRatio(maps: readonly Pointed[]): number {
  const ratios = maps.map((m) => m.inside / m.all / m.area).sort((a, b) => a - b);
  return (ratios[(ratios.length - 1) >> 1]! + ratios[ratios.length >> 1]!) / 2;
}
