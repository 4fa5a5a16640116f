/** At most `count` ids out of 0 … images - 1, evenly spread: the centres of `count` equal intervals. */
export function spreadIds(images: number, count: number): number[] {
  const n = Math.min(count, images);
  return Array.from({ length: n }, (_, i) => Math.floor(((i + 0.5) * images) / n));
}
