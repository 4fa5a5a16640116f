import type { Frame, Size } from './zoom.ts';

/** A label's position in a pane, px from its left and top edge. */
export interface LabelPosition {
  left: number;
  top: number;
  maxWidth: number;
  covers: boolean; // whether it is on the image
}

const HEIGHT = 24; // px of a label of one line
const GAP = 5; // px between label and image
const INSET = 10; // px from the image's edge, where there is no room beside it
const MIN_WIDTH = 140; // px: room for a label beside the image

/** The label of an image: above it or left of it where the pane has room, else in its upper left corner. */
export function labelPosition(pane: Size, frame: Frame): LabelPosition {
  if (frame.top >= HEIGHT + GAP) return { left: Math.max(0, frame.left), top: frame.top - HEIGHT - GAP, maxWidth: frame.width, covers: false };
  const top = Math.max(0, frame.top) + INSET;
  if (frame.left >= MIN_WIDTH) return { left: 0, top, maxWidth: frame.left - GAP, covers: false };
  return { left: Math.max(0, frame.left) + INSET, top, maxWidth: Math.max(64, Math.min(pane.width, frame.width) - 2 * INSET), covers: true };
}

/** The mark of a weak map: below the image or left of it, else in its lower left corner. */
export function markPosition(pane: Size, frame: Frame): LabelPosition {
  const bottom = frame.top + frame.height;
  if (pane.height - bottom >= HEIGHT + GAP) return { left: Math.max(0, frame.left), top: bottom + GAP, maxWidth: frame.width, covers: false };
  const top = Math.min(pane.height, bottom) - HEIGHT - INSET;
  if (frame.left >= MIN_WIDTH) return { left: 0, top, maxWidth: frame.left - GAP, covers: false };
  return { left: Math.max(0, frame.left) + INSET, top, maxWidth: Math.max(64, Math.min(pane.width, frame.width) - 2 * INSET), covers: true };
}
