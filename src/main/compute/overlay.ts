import type { ExplainTarget, Verdict } from '../../shared/comparison.ts';
import { colourTable, type ScaleName } from './colours.ts';
import { contourLines, percentile } from './contour.ts';
import { drawOver, resizeRgb, type RgbPicture } from './images.ts';
import { drawLegend, loadTypeface, STRIP, type FontResolver, type Typeface } from './legend.ts';

export type MapKind = 'factual' | 'counterfactual';

export interface OverlayRequest {
  photo: RgbPicture;
  map: Float32Array; // [mapHeight, mapWidth], >= 0
  mapWidth: number;
  mapHeight: number;
  scale: number; // the value painted strongest, shared by all maps of a comparison; >= 0
  kind: MapKind;
  target?: ExplainTarget; // what the map speaks for; 'verdict' where left out
  emptyText: string | null; // said when the map is empty
  title: string;
}

export interface OverlayOptions {
  /** Share of the picture's area, in percent, left outside the contour; null: no contour. Default 90. */
  contourPercentile?: number | null;
  /** 0 keeps the photograph's colours, 1 (default) takes them away. */
  desaturation?: number;
  font?: FontResolver;
}

const LOOK: Record<MapKind, { colours: ScaleName; words: Record<ExplainTarget, string> }> = {
  factual: { colours: 'warm', words: { verdict: 'evidence for the verdict', distance: 'evidence for a larger distance' } },
  counterfactual: { colours: 'cool', words: { verdict: 'evidence against the verdict', distance: 'evidence for a smaller distance' } },
};
const BRIGHTNESS = 0.82; // of the photograph under an overlay
const SMALLEST_LONGEST = 512; // px: smaller photographs are enlarged, so that map and legend can be read
const NARROWEST = 256; // px: a narrower picture stands between bars
const FAINTEST_CONTOUR = 0.05; // of the scale: a line around less would point at what can't be seen
const CONTOUR_GRID = 256; // px, longest side of the grid on which the contour is found
const TABLE = 1024;

/**
 * The two maps of a signed map S = sum over channels of mean(dD/dF) * F. Positive S pushes the distance up, which speaks
 * for 'different'; for 'same' factual and counterfactual change places. Target 'distance' always explains the distance,
 * as the published notebook does (Livieris et al. 2023).
 */
export function signedToKinds(signed: Float32Array, verdict: Verdict, target: ExplainTarget): Record<MapKind, Float32Array> {
  const up = signed.map((s) => (s > 0 ? s : 0));
  const down = signed.map((s) => (s < 0 ? -s : 0));
  return target === 'verdict' && verdict === 'same' ? { factual: down, counterfactual: up } : { factual: up, counterfactual: down };
}

/** Where each of `n` new pixel centres lies among `from` old ones: index, next index, share of the next. */
function taps(from: number, n: number): { low: Int32Array; high: Int32Array; share: Float64Array } {
  const low = new Int32Array(n);
  const high = new Int32Array(n);
  const share = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const at = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / n - 0.5));
    low[i] = Math.floor(at);
    high[i] = Math.min(from - 1, low[i]! + 1);
    share[i] = at - low[i]!;
  }
  return { low, high, share };
}

/**
 * map [h, w] -> [H, W], bilinear with half-pixel centres: the centre of a map cell is the centre of the image area it
 * stands for; beyond the outermost centres the border's value goes on.
 */
export function upsample(map: Float32Array, w: number, h: number, W: number, H: number): Float32Array {
  const out = new Float32Array(W * H);
  const across = taps(w, W);
  const down = taps(h, H);
  for (let y = 0; y < H; y++) {
    const upper = down.low[y]! * w;
    const lower = down.high[y]! * w;
    const fy = down.share[y]!;
    for (let x = 0; x < W; x++) {
      const [l, r, fx] = [across.low[x]!, across.high[x]!, across.share[x]!];
      const above = map[upper + l]! * (1 - fx) + map[upper + r]! * fx;
      const below = map[lower + l]! * (1 - fx) + map[lower + r]! * fx;
      out[y * W + x] = above * (1 - fy) + below * fy;
    }
  }
  return out;
}

/** The photograph without colour and slightly darkened, so that evidence of its own colour is seen on it. */
export function subdue(photo: RgbPicture, desaturation: number): RgbPicture {
  const data = new Uint8Array(photo.data.length);
  for (let i = 0; i < data.length; i += 3) {
    const grey = 0.2126 * photo.data[i]! + 0.7152 * photo.data[i + 1]! + 0.0722 * photo.data[i + 2]!; // ITU-R BT.709
    for (let c = 0; c < 3; c++) data[i + c] = Math.round(BRIGHTNESS * (photo.data[i + c]! * (1 - desaturation) + grey * desaturation));
  }
  return { ...photo, data };
}

/** Lays `values` [H, W] / scale over the picture, in place; scale > 0, what is not above zero is not painted. */
function paint(picture: RgbPicture, values: Float32Array, scale: number, colours: ScaleName): void {
  const table = colourTable(colours, TABLE);
  const { data } = picture;
  for (let i = 0; i < values.length; i++) {
    const share = values[i]! / scale;
    if (!(share > 0)) continue;
    const at = Math.round(Math.min(1, share) * (TABLE - 1)) * 4;
    const alpha = table[at + 3]!;
    for (let c = 0; c < 3; c++) data[i * 3 + c] = Math.round(table[at + c]! * alpha + data[i * 3 + c]! * (1 - alpha));
  }
}

/** A dashed line around the strongest part of the map, as SVG elements in px of a W x H picture. */
function contourSvg(request: OverlayRequest, W: number, H: number, percent: number): string {
  const shrink = Math.min(1, CONTOUR_GRID / Math.max(W, H));
  const [gw, gh] = [Math.max(1, Math.round(W * shrink)), Math.max(1, Math.round(H * shrink))];
  const grid = upsample(request.map, request.mapWidth, request.mapHeight, gw, gh);
  const level = Math.max(0, percentile(grid, percent));
  if (level < FAINTEST_CONTOUR * request.scale && Math.max(...request.map) < 2 * FAINTEST_CONTOUR * request.scale) return '';
  const path = contourLines(grid, gw, gh, level)
    .filter((line) => line.length > 3)
    .map((line) => `M${line.map(([x, y]) => `${((x * W) / gw).toFixed(1)} ${((y * H) / gh).toFixed(1)}`).join('L')}`)
    .join('');
  if (!path) return '';
  const stroke = Math.min(2.6, Math.max(1.6, Math.max(W, H) / 420));
  const dash = `${(stroke * 3.6).toFixed(1)} ${(stroke * 3.2).toFixed(1)}`;
  const common = `fill="none" stroke-linejoin="round" d="${path}"`;
  // A faint dark line under the white dashes keeps them visible on white petals.
  return (
    `<path ${common} stroke="#000" stroke-opacity=".28" stroke-width="${(stroke * 1.9).toFixed(2)}"/>` +
    `<path ${common} stroke="#fff" stroke-width="${stroke.toFixed(2)}" stroke-dasharray="${dash}"/>`
  );
}

function stage(photo: RgbPicture, width: number, height: number): RgbPicture {
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

/**
 * A PNG of the photograph under its map with a legend strip below. The photograph's pixels are at least 512 px on the
 * longest side; the map (values >= 0) lies over the whole of it, coloured by value / scale. A map that is zero
 * everywhere leaves the plain grey photograph and says `emptyText`; nothing is ever divided by a scale of zero.
 */
export async function paintOverlay(request: OverlayRequest, options: OverlayOptions = {}): Promise<Buffer> {
  const { contourPercentile = 90, desaturation = 1, font } = options;
  const { colours, words } = LOOK[request.kind];
  const enlarge = Math.max(1, SMALLEST_LONGEST / Math.max(request.photo.width, request.photo.height));
  const W = Math.round(request.photo.width * enlarge) || 1;
  const H = Math.round(request.photo.height * enlarge) || 1;
  const picture = subdue(await resizeRgb(request.photo, W, H), desaturation);

  const empty = !(request.scale > 0) || !request.map.some((value) => value > 0);
  let contour = '';
  if (!empty) {
    paint(picture, upsample(request.map, request.mapWidth, request.mapHeight, W, H), request.scale, colours);
    if (contourPercentile !== null) contour = contourSvg(request, W, H, contourPercentile);
  }

  const width = Math.max(NARROWEST, W);
  const content = { title: request.title, words: words[request.target ?? 'verdict'], colours, scale: Math.max(0, request.scale) || 0 };
  const emptyText = empty ? (request.emptyText ?? 'This map is empty.') : null;
  const legend = drawLegend({ ...content, emptyText }, width, typefaceOf(font));
  const height = H + legend.height;
  const left = Math.floor((width - W) / 2);
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `<svg x="${left}" y="0" width="${W}" height="${H}" overflow="hidden">${contour}</svg>` +
    `<g transform="translate(0 ${H})">${legend.svg}</g></svg>`;
  return await drawOver(stage(picture, width, height), svg);
}
