import type { Position, Stroke } from '../../../shared/what-if.ts';

/** Coverage of pixels by a shape: [size, size], 0..1 each, and the rows and columns that it touches. */
export interface Coverage {
  values: Float32Array;
  left: number;
  top: number;
  right: number; // exclusive
  bottom: number;
}

/** The share of each pixel that a stroke covers, in an image of size × size px. Edges are anti-aliased. */
export function coverageOf(stroke: Stroke, size: number): Coverage {
  if (stroke.tool === 'rectangle') {
    const [u0, v0, u1, v1] = stroke.box;
    const [left, right] = [Math.min(u0, u1), Math.max(u0, u1)];
    const [top, bottom] = [Math.min(v0, v1), Math.max(v0, v1)];
    return polygonCoverage([[left, top], [right, top], [right, bottom], [left, bottom]], size); // prettier-ignore
  }
  return stroke.tool === 'lasso' ? polygonCoverage(stroke.points, size) : pathCoverage(stroke, size);
}

const ROWS = 8; // scan lines a pixel: the coverage is exact across, and in steps of 1/8 down

/**
 * A polygon by the nonzero rule: scan lines with exact coverage between two crossings. A horizontal edge on a multiple of 1/8 px is exact.
 */
function polygonCoverage(points: readonly Position[], size: number): Coverage {
  const corners = points.map(([u, v]): Position => [u * size, v * size]);
  const box = boundsOf(corners, 0, 0, size);
  const values = new Float32Array(size * size);
  for (let y = box.top; y < box.bottom; y++) {
    for (let k = 0; k < ROWS; k++) {
      const crossings = crossingsAt(corners, y + (k + 0.5) / ROWS);
      let winding = 0;
      for (let i = 0; i + 1 < crossings.length; i++) {
        winding += crossings[i]!.direction;
        if (winding !== 0) addSpan(values, y * size, size, crossings[i]!.x, crossings[i + 1]!.x);
      }
    }
  }
  return { values, ...box };
}

interface Crossing {
  x: number;
  direction: 1 | -1;
}

/** Where the edges of a closed polygon cross a scan line, from left to right. */
function crossingsAt(corners: readonly Position[], y: number): Crossing[] {
  const crossings: Crossing[] = [];
  corners.forEach(([x0, y0], i) => {
    const [x1, y1] = corners[(i + 1) % corners.length]!;
    if (y0 <= y === y1 <= y) return;
    crossings.push({ x: x0 + ((y - y0) / (y1 - y0)) * (x1 - x0), direction: y1 > y0 ? 1 : -1 });
  });
  return crossings.sort((a, b) => a.x - b.x);
}

/** Adds a part of one scan line to a row that begins at `row`. */
function addSpan(values: Float32Array, row: number, size: number, from: number, to: number): void {
  const [start, end] = [Math.max(0, from), Math.min(size, to)];
  for (let x = Math.floor(start); x < end; x++) values[row + x]! += (Math.min(end, x + 1) - Math.max(start, x)) / ROWS;
}

/**
 * A round stroke: the union of discs along a line. Distances are measured in a metric in which the disc has radius 1; the edge is
 * anti-aliased by the distance in pixels along its gradient.
 */
function pathCoverage(
  { points, radius: [across, down] }: { points: readonly Position[]; radius: readonly [number, number] },
  size: number,
): Coverage {
  const [rx, ry] = [across * size, down * size]; // px
  const corners = points.map(([u, v]): Position => [u * size, v * size]);
  const box = boundsOf(corners, rx + 1, ry + 1, size);
  const values = new Float32Array(size * size);
  const edge = 0.5 / Math.min(rx, ry); // half a pixel, at most, in units of the radius
  const [inside, outside] = [Math.max(0, 1 - edge) ** 2, (1 + edge) ** 2];
  for (let i = 0; i < Math.max(1, corners.length - 1); i++) {
    const [x0, y0] = corners[i]!;
    const [x1, y1] = corners[i + 1] ?? corners[i]!;
    const [dx, dy] = [(x1 - x0) / rx, (y1 - y0) / ry];
    const length = dx * dx + dy * dy;
    const part = boundsOf([[x0, y0], [x1, y1]], rx + 1, ry + 1, size); // prettier-ignore
    for (let y = part.top; y < part.bottom; y++) {
      const py = (y + 0.5 - y0) / ry;
      for (let x = part.left; x < part.right; x++) {
        const at = y * size + x;
        if (values[at] === 1) continue;
        const px = (x + 0.5 - x0) / rx;
        const along = length === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / length));
        const ox = px - along * dx;
        const oy = py - along * dy;
        const squared = ox * ox + oy * oy;
        if (squared >= outside) continue;
        if (squared <= inside) {
          values[at] = 1;
          continue;
        }
        const distance = Math.sqrt(squared);
        const slope = distance === 0 ? 2 * edge : Math.sqrt((ox / rx) ** 2 + (oy / ry) ** 2) / distance; // of the distance, per px
        const covered = Math.min(1, Math.max(0, 0.5 + (1 - distance) / slope));
        if (covered > values[at]!) values[at] = covered;
      }
    }
  }
  return { values, ...box };
}

/** The pixels within reach of points (px), inside the image. */
function boundsOf(points: readonly Position[], reachX: number, reachY: number, size: number): Omit<Coverage, 'values'> {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  const clamp = (value: number): number => Math.min(size, Math.max(0, value));
  return {
    left: clamp(Math.floor(left - reachX)),
    top: clamp(Math.floor(top - reachY)),
    right: clamp(Math.ceil(right + reachX)),
    bottom: clamp(Math.ceil(bottom + reachY)),
  };
}
