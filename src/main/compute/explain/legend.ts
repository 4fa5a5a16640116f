import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as opentype from 'opentype.js';
import { AppError } from '../../../shared/errors.ts';
import { threeDigits } from '../../../shared/format.ts';
import { cssHex, colourOf, blendOver, SURROUND, type ScaleName } from '../../../shared/maps/colours.ts';

/**
 * Text and legend as vector paths from the packaged font. Overlays are the same on every computer, without system fonts or font
 * configuration.
 */

/** Resolves the name of a font file in the package (`inter-latin-400-normal.woff`) to its absolute path. May throw if it is missing. */
export type FontResolver = (file: string) => string;

// Under Node's own loader opentype.js is CommonJS and only has a default export; bundlers may take its ES build, which has none.
const loaded: Partial<typeof opentype> & { default?: typeof opentype } = { ...opentype };
const parseFont = loaded.parse ?? loaded.default!.parse;

/** Unicode subsets. Later files add characters that earlier ones lack; only the first is required. */
const FONT_FILES = ['latin', 'latin-ext', 'greek', 'cyrillic', 'vietnamese'].map((subset) => `inter-${subset}-400-normal.woff`);

export const packagedFont: FontResolver = (file) => {
  const here = typeof __filename === 'string' ? __filename : import.meta.url; // CommonJS bundle, or source
  return createRequire(here).resolve(`@fontsource/inter/files/${file}`);
};

export interface Typeface {
  /** Width in px at `size` px. */
  widthOf(text: string, size: number): number;
  /** SVG path data with the baseline at y, left edge at x. */
  pathOf(text: string, x: number, y: number, size: number): string;
  /** Lines no wider than `width` px, broken at spaces. A word that is too long is shortened with an ellipsis. */
  wrap(text: string, size: number, width: number): string[];
  /** The text, or its beginning and an ellipsis. */
  shorten(text: string, size: number, width: number): string;
}

interface Glyph {
  advance: number; // em
  path: (x: number, y: number, size: number) => string;
}

const OUTLINE_SIZE = 1000; // px: outlines are scaled from this size

/** Path data of a glyph anywhere and at any size, from its outline at OUTLINE_SIZE with the baseline at 0. Numbers have two decimals. */
function outlineOf(commands: readonly opentype.PathCommand[]): Glyph['path'] {
  return (x, y, size) => {
    const scale = size / OUTLINE_SIZE;
    const point = (px: number, py: number): string => `${Math.round((x + px * scale) * 100) / 100} ${Math.round((y + py * scale) * 100) / 100}`;
    let path = '';
    for (const c of commands) {
      path += c.type;
      if (c.type === 'C') path += `${point(c.x1, c.y1)} ${point(c.x2, c.y2)} `;
      if (c.type === 'Q') path += `${point(c.x1, c.y1)} `;
      if (c.type !== 'Z') path += point(c.x, c.y);
    }
    return path;
  };
}

function readFont(file: string): opentype.Font {
  const bytes = readFileSync(file);
  return parseFont(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

/** The typeface of all text in overlays. Throws AppError 'internal' if the packaged font is missing. */
export function loadTypeface(resolve: FontResolver = packagedFont): Typeface {
  const fonts: (opentype.Font | null | undefined)[] = FONT_FILES.map(() => undefined);
  try {
    fonts[0] = readFont(resolve(FONT_FILES[0]!));
  } catch (error) {
    throw new AppError('internal', `The packaged font ${FONT_FILES[0]} is missing. Install Twinlens again.`, {}, error);
  }
  const fontAt = (i: number): opentype.Font | null => {
    if (fonts[i] === undefined) {
      try {
        const file = resolve(FONT_FILES[i]!);
        fonts[i] = existsSync(file) ? readFont(file) : null;
      } catch {
        fonts[i] = null; // optional subset: its characters use the fallback below
      }
    }
    return fonts[i] ?? null;
  };
  const glyphs = new Map<string, Glyph>();
  const lookUp = (letter: string): Glyph | null => {
    for (let i = 0; i < fonts.length; i++) {
      const font = fontAt(i);
      if (!font || font.charToGlyphIndex(letter) === 0) continue;
      const glyph = font.charToGlyph(letter);
      return {
        advance: (glyph.advanceWidth ?? 0) / font.unitsPerEm,
        path: outlineOf(glyph.getPath(0, 0, OUTLINE_SIZE).commands),
      };
    }
    return null;
  };
  // Fallback for a character in no subset: the character without its accents, else an empty box.
  const box: Glyph = {
    advance: 0.66,
    path: (x, y, size) => {
      const px = (em: number): string => (em * size).toFixed(2);
      const outer = `M${(x + 0.08 * size).toFixed(2)} ${(y - 0.7 * size).toFixed(2)}h${px(0.5)}v${px(0.7)}h${px(-0.5)}z`;
      return `${outer}m${px(0.06)} ${px(0.06)}v${px(0.58)}h${px(0.38)}v${px(-0.58)}z`;
    },
  };
  const glyphOf = (letter: string): Glyph => {
    const cached = glyphs.get(letter);
    if (cached) return cached;
    const plain = letter.normalize('NFKD').replace(/\p{M}/gu, '');
    const found = lookUp(letter) ?? (plain && plain !== letter && [...plain].length === 1 ? lookUp(plain) : null) ?? box;
    glyphs.set(letter, found);
    return found;
  };
  const glyphsOf = (text: string): Glyph[] => [...text.normalize('NFC').replace(/\s+/g, ' ')].map(glyphOf);

  const widthOf = (text: string, size: number): number => glyphsOf(text).reduce((sum, l) => sum + l.advance * size, 0);
  const pathOf = (text: string, x: number, y: number, size: number): string => {
    let pen = x;
    let path = '';
    for (const letter of glyphsOf(text)) {
      path += letter.path(pen, y, size);
      pen += letter.advance * size;
    }
    return path;
  };
  const shorten = (text: string, size: number, width: number): string => {
    if (widthOf(text, size) <= width) return text;
    const letters = [...text];
    while (letters.length > 0 && widthOf(`${letters.join('').trimEnd()}…`, size) > width) letters.pop();
    return `${letters.join('').trimEnd()}…`;
  };
  const wrap = (text: string, size: number, width: number): string[] => {
    const lines: string[] = [];
    let line = '';
    for (const word of text.split(/\s+/).filter(Boolean)) {
      const longer = line ? `${line} ${word}` : word;
      if (line && widthOf(longer, size) > width) {
        lines.push(line);
        line = word;
      } else {
        line = longer;
      }
    }
    if (line) lines.push(line);
    return lines.map((l) => shorten(l, size, width));
  };
  return { widthOf, pathOf, wrap, shorten };
}

export interface LegendContent {
  title: string;
  words: string; // what the colours mean
  colours: ScaleName;
  scale: number; // value at the end of the bar, >= 0; 0: empty map, no bar
  isExceeded: boolean; // the map has larger values, in full colour, too
  emptyText: string | null; // replaces the words if the map is empty
}

export interface Legend {
  svg: string; // elements for a strip with its upper left corner at 0,0
  height: number; // px
}

const INK = '#eceef0';
const DIM = '#a2a9b0';
const LINE = '#4a4f55';
/** Grey level of the strip and of the padding beside a narrow photograph: near-black, no tint. */
export const STRIP = 0x18;

/** The strip below a photograph, `width` px wide (>= 200): title and words beside the bar, or above it in a narrow strip. */
export function drawLegend(content: LegendContent, width: number, typeface: Typeface): Legend {
  const size = Math.min(19, Math.max(13, width / 50)); // px, words
  const small = size * 0.88;
  const pad = Math.round(size * 1.15);
  const inner = width - 2 * pad;
  const isWide = inner >= 36 * size; // the bar fits beside the words
  const barWidth = isWide ? Math.round(inner * 0.42) : inner;
  const textWidth = isWide ? inner - barWidth - 2 * pad : inner;
  const parts: string[] = [];
  const text = (line: string, x: number, y: number, px: number, fill: string): void => {
    parts.push(`<path fill="${fill}" d="${typeface.pathOf(line, x, y, px)}"/>`);
  };

  let y = pad + size * 0.75;
  text(typeface.shorten(content.title, size, textWidth), pad, y, size, INK);
  for (const line of typeface.wrap(content.emptyText ?? content.words, small, textWidth)) {
    y += size * 1.4;
    text(line, pad, y, small, DIM);
  }
  const textEnd = y + size * 0.3;

  const barX = isWide ? width - pad - barWidth : pad;
  const barY = isWide ? pad : textEnd + size * 0.7;
  const barHeight = Math.round(size * 0.7);
  const stops = Array.from({ length: 17 }, (_, i) => {
    const colour = blendOver(colourOf(content.colours, i / 16), [SURROUND, SURROUND, SURROUND]);
    return `<stop offset="${i / 16}" stop-color="${cssHex(colour)}"/>`;
  });
  parts.push(
    `<linearGradient id="bar" x1="0" x2="1" y1="0" y2="0">${stops.join('')}</linearGradient>`,
    `<rect x="${barX}" y="${barY}" width="${barWidth}" height="${barHeight}" rx="${barHeight / 2}" fill="${content.scale > 0 ? 'url(#bar)' : 'none'}" stroke="${LINE}" stroke-width="1"/>`,
  );
  const ticks = content.scale > 0 ? [0, 0.5, 1] : [0];
  const tickY = barY + barHeight + small * 1.25;
  for (const at of ticks) {
    const label = `${threeDigits(at * content.scale)}${at === 1 && content.isExceeded ? ' and above' : ''}`; // the font has no ≥
    const labelWidth = typeface.widthOf(label, small);
    // The first and last labels are flush with the bar's ends. The middle one is centred on its tick.
    text(label, barX + at * (barWidth - labelWidth), tickY, small, DIM);
    const tickX = barX + barHeight / 2 + at * (barWidth - barHeight);
    if (at > 0 && at < 1) parts.push(`<path d="M${tickX} ${barY + 1}v${barHeight - 2}" stroke="#0008" stroke-width="1"/>`);
  }
  const height = Math.ceil(Math.max(textEnd, tickY + small * 0.3) + pad * 0.8);
  return { svg: parts.join(''), height };
}
