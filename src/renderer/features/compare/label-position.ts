import type { Frame, Size } from '../../kit/zoom.ts';

/** A label's position in a pane, px from its left and top edge. */
export interface LabelPosition {
  left: number;
  top: number;
  maxWidth: number;
  covers: boolean; // whether it is on the image
  wraps: boolean; // whether it may have several lines; a label grows downwards from `top`, a mark upwards
}

const HEIGHT = 24; // px of a label of one line
const GAP = 5; // px between label and image
const INSET = 10; // px from the image's edge, where there is no room beside it
const MIN_WIDTH = 140; // px: room for a label beside the image

/** The label of an image: above it or left of it where the pane has room, else in its upper left corner. */
export function labelPosition(pane: Size, frame: Frame): LabelPosition {
  if (frame.top >= HEIGHT + GAP)
    return {
      left: Math.max(0, frame.left),
      top: frame.top - HEIGHT - GAP,
      maxWidth: pane.width - Math.max(0, frame.left),
      covers: false,
      wraps: false,
    };
  const top = Math.max(0, frame.top) + INSET;
  return besideOrOn(pane, frame, top);
}

/** The mark of a weak map: below the image or left of it, else in its lower left corner. */
export function markPosition(pane: Size, frame: Frame): LabelPosition {
  const bottom = frame.top + frame.height;
  if (pane.height - bottom >= HEIGHT + GAP)
    return { left: Math.max(0, frame.left), top: bottom + GAP, maxWidth: pane.width - Math.max(0, frame.left), covers: false, wraps: false };
  return besideOrOn(pane, frame, Math.min(pane.height, bottom) - HEIGHT - INSET);
}

/** Left of the image where there is room, else on it. */
function besideOrOn(pane: Size, frame: Frame, top: number): LabelPosition {
  if (frame.left >= MIN_WIDTH) return { left: 0, top, maxWidth: frame.left - GAP, covers: false, wraps: true };
  const maxWidth = Math.max(64, Math.min(pane.width, frame.width) - 2 * INSET);
  return { left: Math.max(0, frame.left) + INSET, top, maxWidth, covers: true, wraps: false };
}
