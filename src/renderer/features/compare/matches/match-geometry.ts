import { cellCentre, type CellPair, type PairMatches } from '../../../../shared/matches.ts';
import type { StageLayout } from '../stage-layout.ts';
import { frameOf, type Frame, type Size, type View } from '../../../kit/zoom.ts';

/** Where an image is on the stage, px from the stage's left and top edge. */
export interface PlacedImage {
  pane: Frame;
  frame: Frame; // of the whole image, which may exceed the pane
}

/** The panes of A and B, which share the stage equally, `gap` px apart, and the images in them. */
export function placeImages(stage: Size, images: readonly [Size, Size], { gap, layout, view }: { gap: number; layout: StageLayout; view: View }) {
  const size = layout === 'row' ? { width: (stage.width - gap) / 2, height: stage.height } : { width: stage.width, height: (stage.height - gap) / 2 };
  return images.map((image, i): PlacedImage => {
    const left = layout === 'row' ? i * (size.width + gap) : 0;
    const top = layout === 'column' ? i * (size.height + gap) : 0;
    const frame = frameOf(view, { width: Math.max(1, size.width), height: Math.max(1, size.height) }, image);
    return { pane: { ...size, left, top }, frame: { ...frame, left: frame.left + left, top: frame.top + top } };
  }) as [PlacedImage, PlacedImage];
}

export interface Point {
  x: number; // px from the stage's left edge
  y: number;
}

/** The centre of a cell on the stage; null where the pane does not show it. */
export function pointOf(pair: PairMatches, cell: number, { pane, frame }: PlacedImage): Point | null {
  const { u, v } = cellCentre(pair, cell);
  const [x, y] = [frame.left + u * frame.width, frame.top + v * frame.height];
  const isVisible = x >= pane.left && x <= pane.left + pane.width && y >= pane.top && y <= pane.top + pane.height;
  return isVisible ? { x, y } : null;
}

/** The square of a cell on the stage, cut to its pane. */
export function squareOf(pair: PairMatches, cell: number, { pane, frame }: PlacedImage): { x: number; y: number; width: number; height: number } {
  const { u, v } = cellCentre(pair, cell);
  const { across, down } = pair.placement;
  const clampX = (share: number): number => clamp(frame.left + Math.min(1, Math.max(0, share)) * frame.width, pane.left, pane.left + pane.width);
  const clampY = (share: number): number => clamp(frame.top + Math.min(1, Math.max(0, share)) * frame.height, pane.top, pane.top + pane.height);
  const [x, y] = [clampX(u - across.step / 2), clampY(v - down.step / 2)];
  return { x, y, width: clampX(u + across.step / 2) - x, height: clampY(v + down.step / 2) - y };
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

export interface MatchLine {
  pair: CellPair;
  number: number; // from 1
  from: Point;
  to: Point;
  label: Point | null; // the middle of the share's text; null where it would cover an earlier one
}

const LABEL_BELOW = 19; // px from the centre of a number to that of the share below it
const LABEL: Size = { width: 64, height: 15 }; // px, at least as large as the text
/** Where on a line its label may be, as shares of its length, the best first. */
const LABEL_AT = [0.5, 0.41, 0.59, 0.32, 0.68, 0.23, 0.77];

/**
 * Lines between the visible ends of pairs. Each label is where it covers no earlier one: on its line, or at the other ends of lines from
 * one spot, of image `spotSide`.
 */
export function linesOf(
  pair: PairMatches,
  shown: readonly CellPair[],
  [a, b]: readonly [PlacedImage, PlacedImage],
  spotSide: 0 | 1 | null,
): MatchLine[] {
  const labels: Point[] = [];
  const isFree = ({ x, y }: Point): boolean => labels.every((other) => Math.abs(other.x - x) >= LABEL.width || Math.abs(other.y - y) >= LABEL.height);
  return shown.flatMap((one, i) => {
    const [from, to] = [pointOf(pair, one.a, a), pointOf(pair, one.b, b)];
    if (!from || !to) return [];
    const end = spotSide === 0 ? to : from;
    const onLine = LABEL_AT.map((at): Point => ({ x: from.x + at * (to.x - from.x), y: from.y + at * (to.y - from.y) }));
    const label = (spotSide === null ? onLine : [{ x: end.x, y: end.y + LABEL_BELOW }]).find(isFree) ?? null;
    if (label) labels.push(label);
    return [{ pair: one, number: i + 1, from, to, label }];
  });
}
