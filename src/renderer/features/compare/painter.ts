import type { ExplainedVerdict } from '../../../shared/comparison.ts';
import { strongestPart, svgPath } from '../../../shared/maps/contour.ts';
import { evidencePosition, type EvidencePosition } from '../../../shared/maps/evidence.ts';
import { cellAt, cellField, largestAbsolute, type MapGrid, resample, valueAt } from '../../../shared/maps/field.ts';
import { factualSign, type MapKind, signedToKinds } from '../../../shared/maps/kinds.ts';
import type { CellPlacement } from '../../../shared/maps/placement.ts';
import { layerTable, paintLayer, type ColourScale, type LayerTable } from '../../../shared/maps/paint.ts';
import type { ExplainedPair } from './explanation-cache.ts';
import type { Size } from '../../kit/zoom.ts';

export const SHOWN_VIEWS = ['factual', 'counterfactual', 'signed'] as const;
export type ShownView = (typeof SHOWN_VIEWS)[number];

/** SVG paths around the strongest part of a view, in px of the layer; '' without a line. */
export interface ContourPaths {
  factual: string;
  counterfactual: string;
}

export const NO_CONTOUR: ContourPaths = { factual: '', counterfactual: '' };

const LAYER_SIDE = 512; // px of the painted layer: smooth for a map of 7 × 7 cells, painted in a few ms
const tables = new Map<string, LayerTable>();

/** How a layer is painted. */
export interface LayerLook {
  fullColour: number; // the value in full colour
  colours: ColourScale;
  greysCounterfactual: boolean; // in the signed view, because it fails its check
}

function tableFor({ colours, greysCounterfactual }: LayerLook, view: ShownView): LayerTable {
  const key = `${colours} ${view} ${greysCounterfactual}`;
  let table = tables.get(key);
  if (!table) tables.set(key, (table = layerTable(colours, view, { greysBelow: greysCounterfactual })));
  return table;
}

/** Paints one image's signed map. What is said about a view, and its contour, is computed when first asked for. */
export class MapPainter {
  readonly width: number; // px of the layer
  readonly height: number;
  readonly grid: Size; // cells
  /** [grid.height, grid.width] each; `signed` is positive where factual. */
  readonly maps: Record<ShownView, Float32Array>;
  /** The largest absolute value of each view. */
  readonly strongest: Record<ShownView, number>;
  private readonly image: Size & { placement?: CellPlacement };
  private readonly contours = new Map<string, ContourPaths>();
  private readonly positions = new Map<MapKind, EvidencePosition | null>();

  /** `image`: its size in px, and the positions of its map's cells. */
  constructor(signed: Float32Array, grid: Size, comparison: ExplainedVerdict, image: Size & { placement?: CellPlacement }) {
    const sign = factualSign(comparison.verdict, comparison.target);
    this.maps = { ...signedToKinds(signed, comparison.verdict, comparison.target), signed: signed.map((s) => sign * s) };
    const { factual, counterfactual, signed: both } = this.maps;
    this.strongest = { factual: largestAbsolute(factual), counterfactual: largestAbsolute(counterfactual), signed: largestAbsolute(both) };
    this.grid = grid;
    this.image = image;
    const shrink = LAYER_SIDE / Math.max(image.width, image.height);
    this.width = Math.max(1, Math.round(image.width * shrink));
    this.height = Math.max(1, Math.round(image.height * shrink));
  }

  /** The contour, if it is already computed. */
  cachedContour(view: ShownView, share: number): ContourPaths | null {
    return this.contours.get(`${view} ${share}`) ?? null;
  }

  /** RGBA of the layer, not premultiplied. */
  paint(data: Uint8ClampedArray, view: ShownView, look: LayerLook): void {
    paintLayer(data, resample(this.cells(view), this.width, this.height), look.fullColour, tableFor(look, view));
  }

  /** As `paint`, without interpolation: each pixel has the colour of the nearest cell. */
  paintCells(data: Uint8ClampedArray, view: ShownView, look: LayerLook): void {
    paintLayer(data, cellField(this.cells(view), this.width, this.height), look.fullColour, tableFor(look, view));
  }

  /** The value of a view at 0..1 across and down the image, between cells as it is painted. */
  valueAt(view: ShownView, u: number, v: number): number {
    return valueAt(this.cells(view), u, v);
  }

  /** The value of the cell that is nearest to 0..1 across and down the image. */
  cellAt(view: ShownView, u: number, v: number): number {
    return cellAt(this.cells(view), u, v);
  }

  /** A view's map and where its cells are. */
  cells(view: ShownView): MapGrid {
    return { map: this.maps[view], w: this.grid.width, h: this.grid.height, placement: this.image.placement };
  }

  /** Contours around the strongest `share` (0..1) of the image's area. */
  contour(view: ShownView, share: number): ContourPaths {
    const key = `${view} ${share}`;
    const cached = this.contours.get(key);
    if (cached !== undefined) return cached;
    const { above, below } = strongestPart(this.cells(view), this.width, this.height, share);
    const paths =
      view === 'counterfactual' ? { factual: '', counterfactual: svgPath(above) } : { factual: svgPath(above), counterfactual: svgPath(below) };
    this.contours.set(key, paths);
    return paths;
  }

  /** Where the evidence of a kind is; null for an empty map. */
  position(kind: MapKind): EvidencePosition | null {
    let position = this.positions.get(kind);
    if (position === undefined) {
      position = evidencePosition(this.cells(kind), this.image.width, this.image.height);
      this.positions.set(kind, position);
    }
    return position;
  }
}

const painters = new WeakMap<Float32Array, MapPainter>();

/** The painters of a pair's images: the same ones for the same maps, also after the pair was judged or checked. */
export const paintersOf = ({ row, width, height, signed }: ExplainedPair): MapPainter[] =>
  signed.map((map, i) => {
    let painter = painters.get(map);
    if (!painter) painters.set(map, (painter = new MapPainter(map, { width, height }, row, row.images[i]!)));
    return painter;
  });
