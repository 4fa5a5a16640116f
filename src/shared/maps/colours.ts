import { lab, rgb } from 'd3-color';
import { interpolateCividis, interpolateMagma, interpolateTurbo, interpolateViridis } from 'd3-scale-chromatic';

/** Red, green, blue 0..255 and alpha 0..1, not premultiplied, sRGB. */
export type Rgba = [number, number, number, number];

export const SCALE_NAMES = ['warm', 'cool', 'viridis', 'magma', 'cividis', 'turbo', 'jet'] as const;
export type ScaleName = (typeof SCALE_NAMES)[number];

/** The neutral grey surround against which evidence colours are measured: sRGB 128, 128, 128. */
export const SURROUND = 128;

const unit = (value: number): number => (value > 0 ? Math.min(1, value) : 0); // NaN becomes 0

/** How opaque evidence of a strength 0..1 is painted: 0..0.92, rising a little faster than the strength. */
export const evidenceAlpha = (value: number): number => 0.92 * unit(value) ** 0.68;

interface Path {
  reach: number; // CIELAB distance from the surround at value 1
  hue: (v: number) => number; // degrees in CIELAB
  lift: (v: number) => number; // lightness above the surround, L* units
}

/**
 * A translucent scale whose colour, composited over the surround, has the CIELAB distance reach * value from it (CIE 1976).
 * The composited colour is chosen first; the paint that yields it at the value's alpha follows. Alpha rises a little faster
 * than the value, so weak evidence is still coloured and strong evidence lets the photograph show through.
 */
function evidence(value: number, { reach, hue, lift }: Path): Rgba {
  const v = unit(value);
  if (v === 0) return [SURROUND, SURROUND, SURROUND, 0];
  const alpha = evidenceAlpha(v);
  const l = lift(v);
  const chroma = Math.sqrt(Math.max(0, (reach * v) ** 2 - l * l));
  const angle = (hue(v) * Math.PI) / 180;
  const seen = rgb(lab(lab(rgb(SURROUND, SURROUND, SURROUND)).l + l, chroma * Math.cos(angle), chroma * Math.sin(angle)));
  const paint = (c: number): number => Math.min(255, Math.max(0, (c - (1 - alpha) * SURROUND) / alpha));
  return [paint(seen.r), paint(seen.g), paint(seen.b), alpha];
}

const WARM: Path = { reach: 79, hue: (v) => 76 - 26 * v ** 1.6, lift: (v) => 60 * v * (1 - v) * (0.4 + 0.6 * v) + 6 * v };
const COOL: Path = { reach: 72, hue: (v) => 258 + 29 * v, lift: (v) => 24 * v * (1 - v) - 13 * v * v };

/** Evidence for the verdict: amber to deep orange; transparent at 0. */
export const warmColour = (value: number): Rgba => evidence(value, WARM);
/** Evidence against the verdict: light to deep blue; transparent at 0. */
export const coolColour = (value: number): Rgba => evidence(value, COOL);

function parseOpaque(css: string): Rgba {
  const { r, g, b } = rgb(css);
  return [r, g, b, 1];
}

/** MATLAB's jet: three trapezoids, a quarter apart. Not perceptually uniform; offered because published maps use it. */
function jet(value: number): Rgba {
  const trapezoid = (centre: number): number => 255 * Math.min(1, Math.max(0, 1.5 - Math.abs(4 * unit(value) - centre)));
  return [trapezoid(3), trapezoid(2), trapezoid(1), 1];
}

const SCALES: Record<ScaleName, (value: number) => Rgba> = {
  warm: warmColour,
  cool: coolColour,
  viridis: (v) => parseOpaque(interpolateViridis(unit(v))),
  magma: (v) => parseOpaque(interpolateMagma(unit(v))),
  cividis: (v) => parseOpaque(interpolateCividis(unit(v))),
  turbo: (v) => parseOpaque(interpolateTurbo(unit(v))),
  jet,
};

/** The colour of a value 0..1 (clamped) on a named scale. warm and cool are translucent, the others opaque. */
export function colourOf(name: ScaleName, value: number): Rgba {
  return SCALES[name](value);
}

/** [n, 4]: the scale at n values from 0 to 1, for painting many pixels. */
export function colourTable(name: ScaleName, n: number): Float32Array {
  const table = new Float32Array(n * 4);
  for (let i = 0; i < n; i++) table.set(colourOf(name, i / (n - 1)), i * 4);
  return table;
}

/** A colour composited over an opaque one, channels 0..255. */
export function blendOver([r, g, b, a]: Rgba, [br, bg, bb]: readonly [number, number, number]): [number, number, number] {
  return [r * a + br * (1 - a), g * a + bg * (1 - a), b * a + bb * (1 - a)];
}

export function cssHex([r, g, b]: readonly [number, number, number]): string {
  return rgb(Math.round(r), Math.round(g), Math.round(b)).formatHex();
}
