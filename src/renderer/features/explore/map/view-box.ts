/** What part of the map the canvas shows. The map's y axis points up, the canvas's down. Lengths of the canvas are in CSS pixels. */
export interface ViewBox {
  x: number; // of the map, in the middle of the canvas
  y: number;
  scale: number; // pixels per unit of the map, > 0
  width: number; // of the canvas
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

export interface Rect {
  left: number;
  right: number;
  bottom: number;
  top: number; // >= bottom: of the map
}

const MARGIN = 0.06; // of the canvas, on each side
const CLOSEST = 2000; // times the scale of the whole map

export function boundsOf(xy: ArrayLike<number>): Rect {
  const rect = { left: Infinity, right: -Infinity, bottom: Infinity, top: -Infinity };
  for (let at = 0; at < xy.length; at += 2) {
    rect.left = Math.min(rect.left, xy[at]!);
    rect.right = Math.max(rect.right, xy[at]!);
    rect.bottom = Math.min(rect.bottom, xy[at + 1]!);
    rect.top = Math.max(rect.top, xy[at + 1]!);
  }
  return xy.length === 0 ? { left: -1, right: 1, bottom: -1, top: 1 } : rect;
}

/** Shows all of `bounds`. */
export function fit(bounds: Rect, width: number, height: number): ViewBox {
  const across = (size: number): number => size || 1; // all points in one place
  const scale = Math.min(width / across(bounds.right - bounds.left), height / across(bounds.top - bounds.bottom)) * (1 - 2 * MARGIN);
  return { x: (bounds.left + bounds.right) / 2, y: (bounds.bottom + bounds.top) / 2, scale: Math.max(scale, 1e-6), width, height };
}

export const toMap = (view: ViewBox, { x, y }: Point): Point => ({
  x: view.x + (x - view.width / 2) / view.scale,
  y: view.y - (y - view.height / 2) / view.scale,
});

export const toCanvas = (view: ViewBox, { x, y }: Point): Point => ({
  x: view.width / 2 + (x - view.x) * view.scale,
  y: view.height / 2 - (y - view.y) * view.scale,
});

/** Zooms by a factor around a point of the canvas, which stays in place. Never farther than the whole map, `whole`. */
export function zoomAt(view: ViewBox, at: Point, factor: number, whole: ViewBox): ViewBox {
  const scale = Math.min(CLOSEST * whole.scale, Math.max(whole.scale / 2, view.scale * factor));
  const fixed = toMap(view, at);
  return { ...view, scale, x: fixed.x - (at.x - view.width / 2) / scale, y: fixed.y + (at.y - view.height / 2) / scale };
}

/** Moves the map with a drag of (dx, dy) pixels. */
export const panBy = (view: ViewBox, dx: number, dy: number): ViewBox => ({ ...view, x: view.x - dx / view.scale, y: view.y + dy / view.scale });

/** The part of the map in view. */
export const shownRect = ({ x, y, scale, width, height }: ViewBox): Rect => ({
  ...{ left: x - width / 2 / scale, right: x + width / 2 / scale },
  ...{ bottom: y - height / 2 / scale, top: y + height / 2 / scale },
});
