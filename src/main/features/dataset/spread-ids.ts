/** At most `count` of the ids 0 to images - 1, evenly spaced: the centres of `count` equal intervals. */
export function spreadIds(images: number, count: number): number[] {
  const n = Math.min(count, images);
  return Array.from({ length: n }, (_, i) => Math.floor(((i + 0.5) * images) / n));
}
