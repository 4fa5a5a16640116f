import { describe, expect, it } from 'vitest';
import { coloursOf, legendOf, OTHERS, PALETTES, type Rgb } from '../../../../../src/renderer/features/explore/map/colours.ts';

const linear = (v: number): number => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
const luminance = ([r, g, b]: Rgb): number => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
const contrast = (a: Rgb, b: Rgb): number => {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
};

/** Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB. */
const VISIONS = {
  full: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
};

/** CIE L*a*b*, D65. */
function lab(colour: Rgb, m: readonly number[]): [number, number, number] {
  const c = colour.map(linear);
  const [r, g, b] = [0, 3, 6].map((row) => Math.max(0, m[row]! * c[0]! + m[row + 1]! * c[1]! + m[row + 2]! * c[2]!)) as [number, number, number];
  const f = (t: number): number => (t > 216 / 24389 ? Math.cbrt(t) : (t * 24389) / 27 / 116 + 16 / 116);
  const [x, y, z] = [
    f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505),
    f(0.2126 * r + 0.7152 * g + 0.0722 * b),
    f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089),
  ];
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

describe.each(['dark', 'light'] as const)('the palette of the %s theme', (theme) => {
  const { colours, others, background } = PALETTES[theme];

  it('has a contrast of 3:1 to the background', () => {
    for (const colour of [...colours, others]) expect(contrast(colour, background), colour.join(' ')).toBeGreaterThanOrEqual(3);
  });

  it.each(Object.keys(VISIONS) as (keyof typeof VISIONS)[])('has colours that differ in %s', (vision) => {
    const labs = colours.map((colour) => lab(colour, VISIONS[vision]));
    for (const [i, a] of labs.entries())
      for (const [j, b] of labs.entries())
        if (i < j)
          expect(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]), `${colours[i]!.join(' ')} and ${colours[j]!.join(' ')}`).toBeGreaterThan(12);
  });
});

describe('the legend', () => {
  it('gives few categories a colour each, in their order, and leaves out empty ones', () => {
    const legend = legendOf({ names: ['ant', 'bee', 'cat'], codes: Int32Array.of(2, 2, 0, -1) });
    expect(legend.map(({ name, count, colour }) => [name, count, colour])).toEqual([
      ['ant', 1, 0],
      ['cat', 2, 1],
      ['none', 1, OTHERS],
    ]);
  });

  it('of many categories colours the largest, or the chosen ones, and puts the others together', () => {
    const codes = Int32Array.from({ length: 55 }, (_, i) => Math.floor((Math.sqrt(8 * i + 1) - 1) / 2)); // category c has c + 1 points
    const column = { names: Array.from({ length: 10 }, (_, c) => `class ${c}`), codes };
    const legend = legendOf(column);
    expect(legend.map(({ name, count }) => [name, count])).toEqual([
      ['class 9', 10],
      ['class 8', 9],
      ['class 7', 8],
      ['class 6', 7],
      ['class 5', 6],
      ['class 4', 5],
      ['class 3', 4],
      ['3 others', 6],
    ]);
    expect(legendOf(column, [0]).map(({ name, count }) => [name, count])).toEqual([
      ['class 0', 1],
      ['9 others', 54],
    ]);
  });

  it('colours the points, and makes what is not shown faint', () => {
    const column = { names: ['ant', 'bee'], codes: Int32Array.of(1, 0, -1) };
    const legend = legendOf(column);
    const rgba = coloursOf(column, legend, new Set(['1']), 'dark');
    const [ant, bee] = PALETTES.dark.colours;
    expect([...rgba]).toEqual([...bee!, 220, ...ant!, 28, ...PALETTES.dark.others, 28]);
  });
});
