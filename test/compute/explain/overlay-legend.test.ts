import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as opentype from 'opentype.js';
import { describe, expect, it } from 'vitest';
import { drawLegend, loadTypeface, packagedFont } from '../../../src/main/compute/explain/legend.ts';

const loaded: Partial<typeof opentype> & { default?: typeof opentype } = { ...opentype };
const parseFont = loaded.parse ?? loaded.default!.parse;

describe('the legend', () => {
  const typeface = loadTypeface();

  it('measures text in proportion to its size and wraps it into the width without losing a word', () => {
    expect(typeface.widthOf('Evidence', 32)).toBeCloseTo(2 * typeface.widthOf('Evidence', 16), 6);
    const text = 'Both images have the same embedding, so nothing in either of them pulls them apart or together.';
    const lines = typeface.wrap(text, 14, 200);
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) expect(typeface.widthOf(line, 14)).toBeLessThanOrEqual(200);
    expect(lines.join(' ')).toBe(text);
    const short = typeface.shorten('a_very_long_file_name_indeed_0123456789.jpg', 14, 100);
    expect(short.endsWith('…')).toBe(true);
    expect(typeface.widthOf(short, 14)).toBeLessThanOrEqual(100);
  });

  it('has the outlines of the font at any place and size, to a hundredth of a pixel', () => {
    const bytes = readFileSync(packagedFont('inter-latin-400-normal.woff'));
    const font = parseFont(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    for (const [letter, size] of ['g', '8', '%', '…'].flatMap((one) => [11.44, 19].map((px) => [one, px] as const))) {
      const drawn = [...typeface.pathOf(letter, 17.3, 40.21, size).matchAll(/([MLCQZ])([^A-Z]*)/g)];
      const wanted = font.charToGlyph(letter).getPath(17.3, 40.21, size).commands;
      expect(drawn.map(([, type]) => type)).toEqual(wanted.map(({ type }) => type));
      drawn.forEach(([, , numbers], i) => {
        const { type: _, ...points } = wanted[i]!;
        const { x1, y1, x2, y2, x, y } = points as Partial<Record<'x1' | 'y1' | 'x2' | 'y2' | 'x' | 'y', number>>;
        const expected = [x1, y1, x2, y2, x, y].filter((value) => value !== undefined);
        const found = numbers!.split(' ').filter(Boolean).map(Number);
        expect(found).toHaveLength(expected.length);
        found.forEach((value, k) => expect(Math.abs(value - expected[k]!)).toBeLessThan(0.0051));
      });
    }
  });

  it('draws every letter as a path', () => {
    const paths = ['i', 'Ω', 'ж', 'ő', '花', '😀'].map((letter) => typeface.pathOf(letter, 0, 20, 20));
    for (const p of paths) expect(p).toMatch(/^M[-\d. MLHVQCZhvz]+$/i);
    expect(new Set(paths).size).toBe(5); // the last two share the open box
    expect(typeface.pathOf('', 0, 0, 20)).toBe('');
  });

  it('contains paths only, no text element or font name, and is taller in a narrow width', () => {
    const content = {
      title: 'Factual · rose',
      words: 'evidence for the verdict',
      colours: 'warm',
      scale: 1.4,
      isExceeded: false,
      emptyText: null,
    } as const;
    const [wide, narrow] = [drawLegend(content, 900, typeface), drawLegend(content, 280, typeface)];
    expect(wide.svg).not.toMatch(/<text|font/);
    expect(narrow.height).toBeGreaterThan(60);
    const long = drawLegend(
      { ...content, emptyText: 'Nothing here supports the verdict at this layer, so its map is empty. '.repeat(3) },
      280,
      typeface,
    );
    expect(long.height).toBeGreaterThan(narrow.height + 60);
  });

  it('says where the map has values above the scale', () => {
    const content = { title: 'Factual', words: '', colours: 'warm', scale: 1.4, emptyText: null } as const;
    const end = (isExceeded: boolean): number => drawLegend({ ...content, isExceeded }, 900, typeface).svg.length;
    expect(end(true)).toBeGreaterThan(end(false)); // "1.40 and above"
  });

  it('works with the first font alone, and reports if that is missing', () => {
    const alone = loadTypeface((file) => {
      if (!file.includes('latin-400')) throw new Error('not packaged');
      return packagedFont(file);
    });
    expect(alone.pathOf('ж', 0, 20, 20)).not.toBe(typeface.pathOf('ж', 0, 20, 20));
    expect(alone.pathOf('ő', 0, 20, 20)).toBe(alone.pathOf('o', 0, 20, 20)); // without its accent
    expect(() => loadTypeface(() => path.resolve('no such.woff'))).toThrow(/font.*missing/);
  });
});
