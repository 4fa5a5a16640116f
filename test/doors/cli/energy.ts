import type { MapGrid } from '../../../src/shared/maps/field.ts';
import { type CellAxis, evenPlacement } from '../../../src/shared/maps/placement.ts';
import { SAMPLE_SIZE, type Box } from '../../../src/main/compute/sample/sample.ts';

/** Energy (sum of values >= 0) of a factual map on an image of the sample: in all, and inside the motif's box. */
export interface MapEnergy {
  className: string;
  all: number;
  inside: number;
  area: number; // the box's share of the image
}

/** A map against a box given in px of the image; a cell, one step wide around its centre, counts by the share inside the box. */
export function energyInBox(className: string, { map, w, placement = evenPlacement(w, map.length / w) }: Omit<MapGrid, 'h'>, box: Box): MapEnergy {
  const overlap = (cell: number, { first, step }: CellAxis, low: number, length: number): number => {
    const side = step * SAMPLE_SIZE;
    const start = (first + (cell - 0.5) * step) * SAMPLE_SIZE;
    return Math.max(0, Math.min(start + side, low + length) - Math.max(start, low)) / side;
  };
  let inside = 0;
  let all = 0;
  map.forEach((v, i) => {
    all += v;
    inside += v * overlap(i % w, placement.across, box.x, box.w) * overlap(Math.floor(i / w), placement.down, box.y, box.h);
  });
  return { className, all, inside, area: (box.w * box.h) / SAMPLE_SIZE ** 2 };
}

const sum = (maps: readonly MapEnergy[], of: (m: MapEnergy) => number): number => maps.reduce((s, m) => s + of(m), 0);

/** The share of all maps' energy inside their boxes, over the boxes' mean share of the image: 1 = as a uniform map. */
export const pooledRatio = (maps: readonly MapEnergy[]): number =>
  sum(maps, (m) => m.inside) / sum(maps, (m) => m.all) / (sum(maps, (m) => m.area) / maps.length);

/** The median of the same ratio per map: a few strong maps can't outweigh many wrong ones. */
export function medianRatio(maps: readonly MapEnergy[]): number {
  const ratios = maps.map((m) => m.inside / m.all / m.area).sort((a, b) => a - b);
  return (ratios[(ratios.length - 1) >> 1]! + ratios[ratios.length >> 1]!) / 2;
}
