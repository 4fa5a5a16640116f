/** Zoom and pan of an image, or of two together. */
export interface View {
  base: number | null; // size at zoom 1, px of the screen per px of the image; null: the whole image fits into its pane
  zoom: number;
  u: number; // image position in the middle of the pane, 0..1 across
  v: number; // and down
}

export interface Size {
  width: number; // px
  height: number;
}

export interface Frame extends Size {
  left: number; // px from the pane's left edge
  top: number;
}

export const FIT_VIEW: View = { base: null, zoom: 1, u: 0.5, v: 0.5 };
export const MAX_ZOOM = 16;
export const STEP = 1.25; // zoom factor per key press or wheel notch

/** Scale at which an image fits into its pane, px of the screen per px of the image. */
const fitScale = (pane: Size, image: Size): number => Math.min(pane.width / image.width, pane.height / image.height);

/** Position of an image in its pane, centred in it where it is smaller. An image larger than the pane always fills it. */
export function frameOf({ base, zoom, u, v }: View, pane: Size, image: Size): Frame {
  const scale = (base ?? fitScale(pane, image)) * zoom;
  const width = image.width * scale;
  const height = image.height * scale;
  return { width, height, left: edge(pane.width, width, u), top: edge(pane.height, height, v) };
}

function edge(pane: number, size: number, middle: number): number {
  if (size <= pane) return (pane - size) / 2;
  return Math.min(0, Math.max(pane - size, pane / 2 - middle * size));
}

/** Image position (0..1 across and down) at a point of the pane; null outside the image. */
export function imagePositionAt(frame: Frame, x: number, y: number): { u: number; v: number } | null {
  const u = (x - frame.left) / frame.width;
  const v = (y - frame.top) / frame.height;
  return u >= 0 && u < 1 && v >= 0 && v < 1 ? { u, v } : null;
}

/** The same view relative to the fitting one; an image smaller than its pane then fits. */
function relativeToFit(view: View, pane: Size, image: Size): View {
  if (view.base === null) return view;
  return { ...view, base: null, zoom: Math.min(MAX_ZOOM, Math.max(1, (view.base * view.zoom) / fitScale(pane, image))) };
}

/** One pixel of each image on one of the screen, around the same positions. `ratio`: pixels of the screen per CSS px. */
export const actualSize = ({ u, v }: View, ratio: number): View => ({ base: 1 / ratio, zoom: 1, u, v });

/** Zooms by a factor around a point of the pane, as far as the image's edges allow. */
export function zoomAt(current: View, pane: Size, image: Size, factor: number, x = pane.width / 2, y = pane.height / 2): View {
  const view = relativeToFit(current, pane, image);
  const zoom = Math.min(MAX_ZOOM, Math.max(1, view.zoom * factor));
  const before = frameOf(view, pane, image);
  const grow = zoom / view.zoom;
  const u = middleOf(pane.width, before.width, before.left, grow, x);
  const v = middleOf(pane.height, before.height, before.top, grow, y);
  return clampView({ base: null, zoom, u, v }, pane, image);
}

/** The image position (0..1) in the middle of the pane after zooming by `grow` around `point` (px). */
function middleOf(pane: number, size: number, offset: number, grow: number, point: number): number {
  const fixed = (point - offset) / size;
  return fixed + (pane / 2 - point) / (size * grow);
}

/** Pans by px. */
export function panBy(view: View, pane: Size, image: Size, dx: number, dy: number): View {
  const { width, height } = frameOf(view, pane, image);
  return clampView({ ...view, u: view.u - dx / width, v: view.v - dy / height }, pane, image);
}

/** Clamps to the visible view, so that panning against an edge does not accumulate. */
function clampView(view: View, pane: Size, image: Size): View {
  const frame = frameOf(view, pane, image);
  return {
    ...view,
    u: frame.width <= pane.width ? 0.5 : (pane.width / 2 - frame.left) / frame.width,
    v: frame.height <= pane.height ? 0.5 : (pane.height / 2 - frame.top) / frame.height,
  };
}
