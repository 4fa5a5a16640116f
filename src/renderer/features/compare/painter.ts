import type { Comparison } from '../../../shared/comparison.ts';
import { strongestPart } from '../../../shared/maps/contour.ts';
import { upsample, valueAt } from '../../../shared/maps/field.ts';
import { factualSign, signedToKinds } from '../../../shared/maps/kinds.ts';
import { layerTable, paintLayer, type ColourScale, type LayerTable } from '../../../shared/maps/paint.ts';
import type { Size } from './zoom.ts';

export const SHOWN_VIEWS = ['factual', 'counterfactual', 'signed'] as const;
export type ShownView = (typeof SHOWN_VIEWS)[number];

const LAYER_SIDE = 512; // px of the painted layer: smooth for a map of 7 × 7 cells, painted in a few ms
const tables = new Map<string, LayerTable>();

function tableFor(scale: ColourScale, view: ShownView): LayerTable {
  const key = `${scale} ${view}`;
  let table = tables.get(key);
  if (!table) tables.set(key, (table = layerTable(scale, view)));
  return table;
}

/** Paints one image's signed map; each enlarged view is computed once. */
export class MapPainter {
  readonly width: number; // px of the layer
  readonly height: number;
  /** [mapHeight, mapWidth] each; `signed` is positive where factual. */
  readonly maps: Record<ShownView, Float32Array>;
  readonly maxValue: number; // the largest value of either map of this image
  private readonly grid: Size;
  private readonly contours = new Map<string, string>();
  private readonly fields = new Map<ShownView, Float32Array>();

  constructor(signed: Float32Array, grid: Size, comparison: Pick<Comparison, 'verdict' | 'target'>, image: Size) {
    const sign = factualSign(comparison.verdict, comparison.target);
    this.maps = { ...signedToKinds(signed, comparison.verdict, comparison.target), signed: signed.map((s) => sign * s) };
    this.maxValue = signed.reduce((most, s) => Math.max(most, Math.abs(s)), 0);
    this.grid = grid;
    const shrink = LAYER_SIDE / Math.max(image.width, image.height);
    this.width = Math.max(1, Math.round(image.width * shrink));
    this.height = Math.max(1, Math.round(image.height * shrink));
  }

  /** Computes the field, colours and contour of a view in advance, so that switching to it only paints. */
  prepare(view: ShownView, scale: number, percent: number, colours: ColourScale): void {
    this.field(view);
    tableFor(colours, view);
    if (percent < 100) this.contour(view, scale, percent);
  }

  /** The contour, if it is already computed. */
  cachedContour(view: ShownView, scale: number, percent: number): string | null {
    return this.contours.get(`${view} ${scale} ${percent}`) ?? null;
  }

  /** RGBA of the layer, not premultiplied. */
  paint(data: Uint8ClampedArray, view: ShownView, scale: number, colours: ColourScale): void {
    paintLayer(data, this.field(view), scale, tableFor(colours, view));
  }

  /** The value of a view at 0..1 across and down the image. */
  valueAt(view: ShownView, u: number, v: number): number {
    return valueAt(this.maps[view], this.grid.width, this.grid.height, u, v);
  }

  /** SVG path of the contour around the strongest part, in px of the layer; '' if the map is not visible. `percent`: area outside the contour. */
  contour(view: ShownView, scale: number, percent: number): string {
    const key = `${view} ${scale} ${percent}`;
    const cached = this.contours.get(key);
    if (cached !== undefined) return cached;
    const map = view === 'signed' ? this.maps.signed.map(Math.abs) : this.maps[view];
    const { lines } = strongestPart({ map, w: this.grid.width, h: this.grid.height }, this.width, this.height, scale, percent);
    const path = lines.map((line) => `M${line.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}`).join('');
    this.contours.set(key, path);
    return path;
  }

  private field(view: ShownView): Float32Array {
    let field = this.fields.get(view);
    if (!field) this.fields.set(view, (field = upsample(this.maps[view], this.grid.width, this.grid.height, this.width, this.height)));
    return field;
  }
}
