import type { ExplainTarget, ScaleChoice } from '../../../shared/comparison.ts';
import type { ScaleName } from '../../../shared/maps/colours.ts';
import { percentText } from '../../../shared/format.ts';
import { CONTOUR_SHARE, strongestPart, svgPath } from '../../../shared/maps/contour.ts';
import { type MapGrid, resample } from '../../../shared/maps/field.ts';
import type { MapKind } from '../../../shared/maps/kinds.ts';
import { adjustPhoto, DEFAULT_LOOK, paintOver, type PhotoLook } from '../../../shared/maps/paint.ts';
import type { CellPlacement } from '../../../shared/maps/placement.ts';
import { drawSvgOver, resizeRgb, type RgbImage } from '../images/images.ts';
import { overlayFrame } from './overlay-frame.ts';
import { drawLegend, loadTypeface, STRIP, type FontResolver, type Typeface } from './legend.ts';

export interface OverlayRequest {
  photo: RgbImage;
  map: Float32Array; // [mapHeight, mapWidth], >= 0
  mapWidth: number;
  mapHeight: number;
  placement?: CellPlacement | undefined; // of the cells; default: they divide the image evenly
  scale: number; // value at full colour, shared by all maps of a comparison; >= 0
  scaleOf: ScaleChoice; // whether all pairs of the run share it
  kind: MapKind;
  target?: ExplainTarget; // what the map explains; default 'verdict'
  emptyText: string | null; // shown when the map is empty
  weakText: string | null; // the mark of a weak map, which has no contour
  failureText?: string | null; // why the map fails its check: it is drawn grey, without contour
  title: string;
}

export interface OverlayOptions {
  /** Share of the image's area inside the contour, 0..1; null: no contour. */
  contourShare?: number | null;
  look?: PhotoLook;
  font?: FontResolver;
}

const STYLES: Record<MapKind, { colours: ScaleName; words: Record<ExplainTarget, string> }> = {
  factual: { colours: 'warm', words: { verdict: 'evidence for the verdict', distance: 'evidence for a larger distance' } },
  counterfactual: { colours: 'cool', words: { verdict: 'evidence against the verdict', distance: 'evidence for a smaller distance' } },
};
const SCALE_WORDS: Record<ScaleChoice, string> = { run: 'Scale of this run', pair: 'Stretched to this pair' };

/** A dashed line around the strongest part of the map, as SVG elements in px of a W x H image. */
function contourSvg(cells: MapGrid, W: number, H: number, share: number): string {
  const path = svgPath(strongestPart(cells, W, H, share).above);
  if (!path) return '';
  const stroke = Math.min(2.6, Math.max(1.6, Math.max(W, H) / 420));
  const dash = `${(stroke * 3.6).toFixed(1)} ${(stroke * 3.2).toFixed(1)}`;
  const common = `fill="none" stroke-linejoin="round" d="${path}"`;
  // A faint dark line under the white dashes keeps them visible on white areas.
  return (
    `<path ${common} stroke="#000" stroke-opacity=".28" stroke-width="${(stroke * 1.9).toFixed(2)}"/>` +
    `<path ${common} stroke="#fff" stroke-width="${stroke.toFixed(2)}" stroke-dasharray="${dash}"/>`
  );
}

/** Replaces RGB by its luma (ITU-R BT.709). */
function turnGrey(data: Uint8Array): void {
  for (let i = 0; i < data.length; i += 3) data.fill(Math.round(0.2126 * data[i]! + 0.7152 * data[i + 1]! + 0.0722 * data[i + 2]!), i, i + 3);
}

/** Pads a photograph to width x height with the strip's grey: centred horizontally, at the top vertically. */
function centreInStrip(photo: RgbImage, width: number, height: number): RgbImage {
  const data = new Uint8Array(width * height * 3).fill(STRIP);
  const left = Math.floor((width - photo.width) / 2);
  for (let y = 0; y < photo.height; y++) {
    data.set(photo.data.subarray(y * photo.width * 3, (y + 1) * photo.width * 3), (y * width + left) * 3);
  }
  return { data, width, height };
}

const typefaces = new Map<FontResolver | undefined, Typeface>();

function typefaceOf(font: FontResolver | undefined): Typeface {
  let typeface = typefaces.get(font);
  if (!typeface) typefaces.set(font, (typeface = loadTypeface(font)));
  return typeface;
}

const backdrops = new WeakMap<RgbImage, Promise<RgbImage>>();

/** The photograph at the size and with the look of its overlays. Computed once for all overlays of a photograph in the default look. */
function backdropOf(photo: RgbImage, W: number, H: number, look: PhotoLook): Promise<RgbImage> {
  const known = look === DEFAULT_LOOK ? backdrops.get(photo) : undefined;
  if (known) return known;
  const computed = resizeRgb(photo, W, H).then((sized) => ({ ...sized, data: adjustPhoto(sized.data, look) }));
  if (look === DEFAULT_LOOK) backdrops.set(photo, computed);
  return computed;
}

/**
 * A PNG of the photograph with its map on top and a legend strip below. The photograph is enlarged to at least 512 px on
 * its longest side. The map (values >= 0) covers the whole photograph, coloured by value / scale. With an all-zero map or a
 * scale of 0 the photograph remains, and `emptyText` is printed.
 */
export async function paintOverlay(request: OverlayRequest, options: OverlayOptions = {}): Promise<Buffer> {
  const { contourShare = CONTOUR_SHARE, look = DEFAULT_LOOK, font } = options;
  const { colours, words } = STYLES[request.kind];
  const remark = request.failureText ?? request.weakText;
  const { width: W, height: H, left, overlayWidth: width } = overlayFrame(request.photo.width, request.photo.height);
  const backdrop = await backdropOf(request.photo, W, H, look);
  const canvas = { ...backdrop, data: backdrop.data.slice() };

  const empty = !(request.scale > 0) || !request.map.some((value) => value > 0);
  let contour = '';
  if (!empty) {
    const cells = { map: request.map, w: request.mapWidth, h: request.mapHeight, placement: request.placement };
    paintOver(canvas.data, resample(cells, W, H), request.scale, colours);
    if (contourShare !== null && remark === null) contour = contourSvg(cells, W, H, contourShare);
  }

  if (request.failureText) turnGrey(canvas.data);

  const line = contour && ` Dashed line: strongest ${percentText(contourShare!)} of the area.`;
  const meaning = remark ?? `${words[request.target ?? 'verdict']}. ${SCALE_WORDS[request.scaleOf]}.${line}`;
  const isExceeded = request.map.some((value) => value > request.scale * (1 + 1e-6)); // float32 beside float64
  const content = { title: request.title, words: meaning, colours, scale: Math.max(0, request.scale) || 0, isExceeded };
  const emptyText = empty ? (request.emptyText ?? 'This map is empty.') : null;
  const legend = drawLegend({ ...content, emptyText }, width, typefaceOf(font));
  const height = H + legend.height;
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `<svg x="${left}" y="0" width="${W}" height="${H}" overflow="hidden">${contour}</svg>` +
    `<g transform="translate(0 ${H})">${legend.svg}</g></svg>`;
  return await drawSvgOver(centreInStrip(canvas, width, height), svg);
}
