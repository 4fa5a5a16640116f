import { lab, rgb } from 'd3-color';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  colourOf,
  colourTable,
  coolColour,
  cssHex,
  blendOver,
  SCALE_NAMES,
  SURROUND,
  warmColour,
  type Rgba,
} from '../../../src/shared/maps/colours.ts';

type Triple = [number, number, number];
const GREY: Triple = [SURROUND, SURROUND, SURROUND];
const seen = (c: Rgba): Triple => blendOver(c, GREY);
/** CIE 1976 colour difference. */
function deltaE(a: Triple, b: Triple): number {
  const [p, q] = [lab(rgb(...a)), lab(rgb(...b))];
  return Math.hypot(p.l - q.l, p.a - q.a, p.b - q.b);
}

// Machado, Oliveira & Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE TVCG 2009,
// severity 1.0, on linear RGB.
const DEFICIENCIES: Record<string, readonly (readonly number[])[]> = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};
function simulate(matrix: readonly (readonly number[])[], colour: Triple): Triple {
  const linear = colour.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return matrix.map((row) => {
    const v = Math.min(
      1,
      Math.max(
        0,
        row.reduce((sum, m, i) => sum + m * linear[i]!, 0),
      ),
    );
    return 255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055);
  }) as Triple;
}

describe.each([
  ['warm', warmColour],
  ['cool', coolColour],
] as const)('%s', (_, scale) => {
  it('is transparent at zero, below zero and for NaN', () => {
    for (const v of [0, -1, Number.NaN]) expect(scale(v)[3]).toBe(0);
    expect(scale(2)).toEqual(scale(1));
  });

  it('is perceptually even: the CIELAB distance from the surround is proportional to the value', () => {
    const full = deltaE(seen(scale(1)), GREY);
    expect(full).toBeGreaterThan(60);
    for (let v = 0; v <= 1; v += 0.02) expect(Math.abs(deltaE(seen(scale(v)), GREY) - full * v)).toBeLessThan(0.03 * full);
  });

  it('has steps of about equal size, so that it shows no false bands', () => {
    const steps = Array.from({ length: 20 }, (_unused, i) => deltaE(seen(scale(i / 20)), seen(scale((i + 1) / 20))));
    expect(Math.max(...steps) / Math.min(...steps)).toBeLessThan(2);
  });

  it('becomes more opaque with the value and is never fully opaque', () => {
    for (let i = 1; i <= 100; i++) expect(scale(i / 100)[3]).toBeGreaterThan(scale((i - 1) / 100)[3]);
    expect(scale(1)[3]).toBeLessThan(0.95);
  });
});

describe('the colours for and against the verdict', () => {
  it('go from amber to orange, and from light to deep blue', () => {
    const hue = ([r, g, b]: Rgba): number => (Math.atan2(lab(rgb(r, g, b)).b, lab(rgb(r, g, b)).a) * 180) / Math.PI;
    expect(hue(warmColour(0.3))).toBeGreaterThan(60); // amber
    expect(hue(warmColour(1))).toBeLessThan(55); // orange
    expect(hue(warmColour(1))).toBeGreaterThan(35);
    const lightness = ([r, g, b]: Rgba): number => lab(rgb(r, g, b)).l;
    expect(lightness(coolColour(0.3)) - lightness(coolColour(1))).toBeGreaterThan(15);
    for (const v of [0.2, 0.6, 1]) expect(Math.max(...coolColour(v).slice(0, 3))).toBe(coolColour(v)[2]);
  });

  it.each([['normal vision', null], ...Object.entries(DEFICIENCIES)] as const)('stay far apart in %s', (_name, matrix) => {
    const look = (c: Rgba): Triple => (matrix ? simulate(matrix, seen(c)) : seen(c));
    // A just noticeable difference is about 2.3.
    expect(deltaE(look(warmColour(0.25)), look(coolColour(0.25)))).toBeGreaterThan(20);
    for (const v of [0.5, 0.75, 1]) expect(deltaE(look(warmColour(v)), look(coolColour(v)))).toBeGreaterThan(40);
    for (const v of [0.5, 1]) for (const w of [0.5, 1]) expect(deltaE(look(warmColour(v)), look(coolColour(w)))).toBeGreaterThan(30);
  });
});

describe('named scales', () => {
  it('stay within their channels for any value', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SCALE_NAMES), fc.double(), (name, value) => {
        const [r, g, b, a] = colourOf(name, value);
        for (const c of [r, g, b]) expect(c >= 0 && c <= 255).toBe(true);
        expect(a >= 0 && a <= 1).toBe(true);
      }),
    );
  });

  it('have the published colours at their ends', () => {
    expect(cssHex(colourOf('viridis', 0).slice(0, 3) as Triple)).toBe('#440154');
    expect(cssHex(colourOf('viridis', 1).slice(0, 3) as Triple)).toBe('#fde725');
    expect(cssHex(colourOf('magma', 0).slice(0, 3) as Triple)).toBe('#000004');
    expect(cssHex(colourOf('magma', 1).slice(0, 3) as Triple)).toBe('#fcfdbf');
    const cividis = colourOf('cividis', 0); // #00204d
    expect(deltaE(cividis.slice(0, 3) as Triple, [0, 0x20, 0x4d])).toBeLessThan(8);
    // jet: dark blue, cyan's side, the middle green, dark red.
    expect(colourOf('jet', 0)).toEqual([0, 0, 127.5, 1]);
    expect(colourOf('jet', 0.5)).toEqual([127.5, 255, 127.5, 1]);
    expect(colourOf('jet', 1)).toEqual([127.5, 0, 0, 1]);
  });

  it('have the same colours as a table', () => {
    const table = colourTable('warm', 5);
    for (let i = 0; i < 5; i++) for (const [c, value] of warmColour(i / 4).entries()) expect(table[i * 4 + c]).toBeCloseTo(value, 4);
  });
});
