import type { PaperSize } from './types.ts';

/** Space on the printed page of a comparison, in mm. Heights of texts are estimates, and rather too large than too small. */

const MM_PER_POINT = 25.4 / 72;
/** Between the margins of style-paper.ts: 180 × 265 mm on A4, 186 × 247 mm on Letter. */
export const PAGE_WIDTH = 180;
export const TEXT_WIDTH = 150; // of the texts beside the headings "Evidence", "My judgement" and "Caveats"
const PAGE_HEIGHT = { A4: 265, letter: 247 } as const satisfies Record<PaperSize, number>;
const SLACK = 8; // mm, for fonts wider than those of advanceOf
const GAP = 3; // mm between tiles
export const TILE_WIDTH = (PAGE_WIDTH - 2 * GAP) / 3;
export const TILE_HEIGHTS = { min: 24, max: 75 } as const;

export interface TextBlock {
  text: string;
  width: number; // mm
  size: number; // pt
  space?: number; // mm above and below it together
}

const LINE_HEIGHT = 1.42; // line height, in units of the font size
/**
 * Factor on the text's length: a word that does not fit leaves the end of its line empty. Estimated, not measured;
 * test/e2e/report-pages.spec.ts checks that Chromium prints a comparison on one page.
 */
const LINE_END_LOSS = 1.04;
const FULL_WIDTH = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\p{Extended_Pictographic}]/u;

/** Advance width in em of DejaVu Sans, the widest common font: 0.55 on average in English (Liberation Sans 0.50, Inter 0.53). */
function advanceOf(character: string): number {
  if (FULL_WIDTH.test(character)) return 1;
  if (/[MWmw@%…—]/.test(character)) return 0.97;
  if (/[A-Z]/.test(character)) return 0.7;
  return /[ iljtfr.,;:'’!|()[\]\-·]/.test(character) ? 0.38 : 0.62;
}

export function linesOf({ text, width, size }: Omit<TextBlock, 'space'>): number {
  const perLine = width / (size * MM_PER_POINT * LINE_END_LOSS); // em
  return text.split('\n').reduce((lines, line) => {
    const ems = [...line].reduce((sum, character) => sum + advanceOf(character), 0);
    return lines + Math.max(1, Math.ceil(ems / perLine));
  }, 0);
}

export const textHeight = (block: TextBlock): number => linesOf(block) * block.size * MM_PER_POINT * LINE_HEIGHT + (block.space ?? 0);

/**
 * Heights of the images of A and B, in mm, so that both rows fit into `space` mm: at most as high as the tile's width allows. The
 * higher image is reduced first. At least TILE_HEIGHTS.min, so a comparison with long texts takes a second page and its images stay readable.
 */
export function tileHeights(ratios: readonly [a: number, b: number], space: number): [a: number, b: number] {
  const natural = ratios.map((ratio) => Math.min(TILE_HEIGHTS.max, TILE_WIDTH / ratio));
  const [low, high] = [Math.min(...natural), Math.max(...natural)];
  const limit = low + high <= space ? high : 2 * low <= space ? space - low : space / 2;
  const atLeast = Math.max(TILE_HEIGHTS.min, limit);
  return natural.map((height) => Math.min(height, atLeast)) as [number, number];
}

/** Space left for images, mm. `texts`: height of all else, mm. `paper`: default Letter, which is lower than A4. */
export const spaceForImages = (texts: number, paper: PaperSize | undefined): number => PAGE_HEIGHT[paper ?? 'letter'] - SLACK - texts;
