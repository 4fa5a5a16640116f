import { MAX_COORDINATE, MAX_POINTS, type Position, type Stroke } from '../../../../shared/what-if.ts';
import type { Size } from '../../../kit/zoom.ts';

/** Share of a brush's radius that the pointer must move before a point is added: finer points do not change the shape. */
const SPACING = 0.2;
const LASSO_SPACING = 0.004; // share of the longer side
const DECIMALS = 4; // 0.1 px of an image of 1,000 px

const round = (value: number): number => Number(value.toFixed(DECIMALS));
const limit = (value: number): number => Math.min(MAX_COORDINATE, Math.max(-MAX_COORDINATE, value));
/** A position with DECIMALS decimals, within MAX_COORDINATE. */
export const roundPosition = ([u, v]: Position): Position => [round(limit(u)), round(limit(v))];

/** A brush's radius as shares of width and height. `diameter`: share of the image's longer side, 0..1. */
export function radiusFor(diameter: number, { width, height }: Size): [number, number] {
  const radius = (diameter * Math.max(width, height)) / 2; // px
  return [Number((radius / width).toPrecision(6)), Number((radius / height).toPrecision(6))];
}

/** Adds the pointer's next position to a stroke. Returns the same stroke if the position is too near to the last, unless it is the end. */
export function extendStroke(stroke: Stroke, next: Position, size: Size, isEnd = false): Stroke {
  const to = roundPosition(next);
  if (stroke.tool === 'rectangle') return { ...stroke, box: [stroke.box[0], stroke.box[1], ...to] };
  const last = stroke.points.at(-1)!;
  const [dx, dy] = [(to[0] - last[0]) * size.width, (to[1] - last[1]) * size.height]; // px
  const step = stroke.tool === 'lasso' ? LASSO_SPACING * Math.max(size.width, size.height) : SPACING * stroke.radius[0] * size.width;
  const distance = Math.hypot(dx, dy);
  if (distance === 0 || (distance < step && !isEnd) || stroke.points.length >= MAX_POINTS) return stroke;
  return { ...stroke, points: [...stroke.points, to] };
}

/** Whether the stroke covers a part of the image: a rectangle or lasso that is only a click does not, nor does a stroke beside the image. */
export function isVisible(stroke: Stroke): boolean {
  const isArea =
    stroke.tool === 'rectangle'
      ? stroke.box[0] !== stroke.box[2] && stroke.box[1] !== stroke.box[3]
      : stroke.tool !== 'lasso' || stroke.points.length > 2;
  return isArea && touchesImage(stroke);
}

/** Whether the stroke's bounding box overlaps the image. */
function touchesImage(stroke: Stroke): boolean {
  const [u0, v0, u1, v1] = stroke.tool === 'rectangle' ? stroke.box : [];
  const points: readonly Position[] = stroke.tool === 'rectangle' ? [[u0!, v0!], [u1!, v1!]] : stroke.points; // prettier-ignore
  const margins = 'radius' in stroke ? stroke.radius : [0, 0];
  return ([0, 1] as const).every((axis) => {
    const along = points.map((point) => point[axis]);
    return Math.max(...along) + margins[axis]! > 0 && Math.min(...along) - margins[axis]! < 1;
  });
}

/** The outline of a stroke as an SVG path in px of the image: of a round stroke the line in its middle, to be drawn as wide as its radius. */
export function pathOf(stroke: Stroke, { width, height }: Size): string {
  const at = ([u, v]: Position): string => `${(u * width).toFixed(2)} ${(v * height).toFixed(2)}`;
  if (stroke.tool === 'rectangle') {
    const [u0, v0, u1, v1] = stroke.box;
    return `M${at([u0, v0])}L${at([u1, v0])}L${at([u1, v1])}L${at([u0, v1])}Z`;
  }
  const [first, ...rest] = stroke.points;
  if (rest.length === 0) return `M${at(first!)}h0`; // a dot, with round ends
  return `M${at(first!)}${rest.map((position) => `L${at(position)}`).join('')}${stroke.tool === 'lasso' ? 'Z' : ''}`;
}

/** The width at which `pathOf` a round stroke is drawn, px of the image; null for shapes that are filled. */
export const lineWidth = (stroke: Stroke, { width }: Size): number | null => ('radius' in stroke ? 2 * stroke.radius[0] * width : null);

/** A rectangle moved or resized by shares of the image, kept at least partly inside it. */
export function nudgeRectangle(stroke: Extract<Stroke, { tool: 'rectangle' }>, [du, dv]: Position, how: 'move' | 'resize'): Stroke {
  const [u0, v0, u1, v1] = stroke.box;
  const clamp = (value: number, low: number, high: number): number => round(Math.min(high, Math.max(low, value)));
  if (how === 'resize') return { ...stroke, box: [u0, v0, clamp(u1 + du, u0 + 0.01, 1), clamp(v1 + dv, v0 + 0.01, 1)] };
  const [left, top] = [clamp(u0 + du, 0, 1 - (u1 - u0)), clamp(v0 + dv, 0, 1 - (v1 - v0))];
  return { ...stroke, box: [left, top, round(left + u1 - u0), round(top + v1 - v0)] };
}
