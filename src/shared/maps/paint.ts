import type { Settings } from '../workbench.ts';
import { colourOf, colourTable, evidenceAlpha, type Rgba, type ScaleName } from './colours.ts';
import { MAP_KINDS } from './kinds.ts';

export type ColourScale = Settings['colourScale'];

/** The photograph under an overlay: shares 0..1 by which it is darkened, and of its colour that is removed. */
export interface PhotoLook {
  darkening: number;
  desaturation: number;
}

/**
 * A little darker and with little colour, the photograph leaves room for the colours of the map: amber on a sunflower or an orange tulip can't
 * be seen otherwise. How much was chosen by eye.
 */
export const DEFAULT_LOOK: PhotoLook = { darkening: 0.2, desaturation: 0.7 };
const TABLE = 1024;

/** ITU-R BT.709, as in CSS filters. */
const luminance = (r: number, g: number, b: number): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;

/** Desaturates and darkens RGB pixels [H, W, 3]. */
export function adjustPhoto(data: Uint8Array, { darkening, desaturation }: PhotoLook): Uint8Array {
  const out = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    const grey = luminance(data[i]!, data[i + 1]!, data[i + 2]!);
    for (let c = 0; c < 3; c++) out[i + c] = Math.round((1 - darkening) * (data[i + c]! * (1 - desaturation) + grey * desaturation));
  }
  return out;
}

const tables = new Map<ScaleName, Float32Array>();

function tableOf(name: ScaleName): Float32Array {
  let table = tables.get(name);
  if (!table) tables.set(name, (table = colourTable(name, TABLE)));
  return table;
}

/** Index into a colour table of a share 0..1 of the scale; shares above 1 give the last entry. */
const entryOf = (share: number): number => Math.round(Math.min(1, share) * (TABLE - 1)) * 4;

/** Paints `values` [H, W] / scale over RGB pixels, in place; scale > 0. Only values above zero are painted. */
export function paintOver(data: Uint8Array, values: Float32Array, scale: number, colours: ScaleName): void {
  const table = tableOf(colours);
  for (let i = 0; i < values.length; i++) {
    const share = values[i]! / scale;
    if (!(share > 0)) continue;
    const at = entryOf(share);
    const alpha = table[at + 3]!;
    for (let c = 0; c < 3; c++) data[i * 3 + c] = Math.round(table[at + c]! * alpha + data[i * 3 + c]! * (1 - alpha));
  }
}

export const MAP_VIEWS = [...MAP_KINDS, 'signed', 'none'] as const;
/** The overlay of the photographs: one map, both in one (factual above zero, counterfactual below), or none. */
export type MapView = (typeof MAP_VIEWS)[number];

/** Colours of shares -1 to 1 of the scale: RGBA 0..255 at 2 * TABLE - 1 steps, transparent at zero. */
export type LayerTable = Uint8ClampedArray;

/**
 * The colours of a view. Evidence: amber above zero, blue below it or in a counterfactual map. The other scales span the view's
 * range (0 to 1, or -1 to 1 if signed) with the same opacity. `greysBelow`: values below zero have no colour.
 */
export function layerTable(scale: ColourScale, view: Exclude<MapView, 'none'>, { greysBelow = false } = {}): LayerTable {
  const table = new Uint8ClampedArray((2 * TABLE - 1) * 4);
  for (let i = 0; i < 2 * TABLE - 1; i++) {
    const share = i / (TABLE - 1) - 1;
    if (share === 0 || (share < 0 && view !== 'signed')) continue;
    const [r, g, b, alpha] = layerColour(scale, view, share);
    const grey = luminance(r, g, b);
    table.set(greysBelow && share < 0 ? [grey, grey, grey, 255 * alpha] : [r, g, b, 255 * alpha], i * 4);
  }
  return table;
}

/** The colour of a share -1..1 of the scale: as `layerTable`, alpha 0..1. */
export function layerColour(scale: ColourScale, view: Exclude<MapView, 'none'>, share: number): Rgba {
  const strength = Math.abs(share);
  if (scale === 'evidence') return colourOf(view === 'counterfactual' || share < 0 ? 'cool' : 'warm', strength);
  const [r, g, b] = colourOf(scale, view === 'signed' ? (1 + share) / 2 : strength);
  return [r, g, b, evidenceAlpha(strength)];
}

/**
 * Writes `values` [H, W] / scale into `data` as RGBA pixels of an overlay. Zero is transparent; without a positive scale the whole
 * overlay is.
 */
export function paintLayer(data: Uint8ClampedArray, values: Float32Array, scale: number, table: LayerTable): void {
  const paint = new Uint32Array(table.buffer);
  const out = new Uint32Array(data.buffer, data.byteOffset, values.length);
  out.fill(0);
  if (!(scale > 0)) return;
  for (let i = 0; i < values.length; i++) {
    const share = values[i]! / scale;
    if (Number.isNaN(share)) continue;
    const step = Math.round(Math.min(1, Math.abs(share)) * (TABLE - 1)); // rounds symmetrically about zero
    out[i] = paint[share < 0 ? TABLE - 1 - step : TABLE - 1 + step]!;
  }
}
