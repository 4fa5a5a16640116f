/** px, to a hundredth: finer is invisible and only makes the file longer. */
export const px = (value: number): string => String(Math.round(value * 100) / 100);

/** An SVG path through points [x, y] in px; a point that is not a number breaks the line there. */
export function linePath(points: readonly (readonly [number, number])[]): string {
  let pen: 'M' | 'L' = 'M';
  let path = '';
  for (const [x, y] of points) {
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      pen = 'M';
      continue;
    }
    path += `${pen}${px(x)} ${px(y)}`;
    pen = 'L';
  }
  return path;
}

/** How many values fall into each of `bins` equal bins over [0, end]; the last bin holds `end` itself. */
export function binCounts(values: readonly number[], bins: number, end: number): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) if (value >= 0 && value <= end) counts[Math.min(bins - 1, Math.floor((value / end) * bins))]++;
  return counts;
}
