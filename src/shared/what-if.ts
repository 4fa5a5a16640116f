import type { Verdict } from './comparison.ts';

/** What-if edits: a person replaces parts of the two images by hand and sees what the network answers. */

export const FILLS = ['blur', 'mean', 'inpaint', 'other'] as const;
/** What replaces a part. other: the same part of the other image, as it was before any edit. */
export type Fill = (typeof FILLS)[number];

/** A position in an upright image: 0..1 across, 0..1 down. A stroke may leave the image. */
export type Position = [u: number, v: number];

/** A round stroke as wide as `radius`: shares of the image's width and height, so that it is round on the screen. */
interface Path {
  radius: [across: number, down: number];
  points: Position[]; // one: a dot
}

/** One step of an edit. `image`: 0 for A, 1 for B. A later stroke covers earlier ones; `erase` brings the image back. */
export type Stroke = { image: 0 | 1 } & (
  | ({ tool: 'brush'; fill: Fill } & Path)
  | { tool: 'rectangle'; fill: Fill; box: [left: number, top: number, right: number, bottom: number] } // as Position
  | { tool: 'lasso'; fill: Fill; points: Position[] } // closed by a line from the last to the first
  | ({ tool: 'erase' } & Path)
);

export const MAX_STROKES = 1000;
export const MAX_POINTS = 4000; // of a stroke
export const MAX_ALL_POINTS = 20_000; // of an edit, corners of rectangles included

export const MAX_COORDINATE = 10; // of a position: a stroke may leave the image

export const countPoints = (strokes: readonly Stroke[]): number =>
  strokes.reduce((sum, stroke) => sum + (stroke.tool === 'rectangle' ? 2 : stroke.points.length), 0);

/** The network's answer to a pair. */
export interface PairAnswer {
  distance: number;
  similarity: number; // 0..1
  verdict: Verdict;
}

/** file: the image's own file. copy: the stored JPEG, longest side at most 1024 px, because the file is missing, changed or damaged. */
export type PixelSource = 'file' | 'copy';

/** The network's answers before and after an edit, from the same pixels. */
export interface WhatIfResult {
  threshold: number;
  before: PairAnswer;
  after: PairAnswer;
  edited: [number, number]; // share of each image that is replaced, 0..1
  sources: [PixelSource, PixelSource];
}

/** For the screen: `layers` has the replaced pixels of each image, PNG with alpha in base64, [S, S] as the network reads it; null without edits. */
export interface WhatIfAnswer extends WhatIfResult {
  layers: [string | null, string | null];
}

/** An edit that was saved with a comparison. */
export interface WhatIf {
  id: string;
  createdMs: number;
  note: string;
  strokes: Stroke[];
  result: WhatIfResult;
}

/** The edits of a comparison. */
export interface WhatIfs {
  saved: WhatIf[]; // oldest first
  draft: Stroke[]; // strokes that are not saved as an edit; empty: none
}
