/** At most `count` of the ids 0 … images - 1, spread over them: the middles of as many equal parts. */
export function spreadIds(images: number, count: number): number[] {
  const n = Math.min(count, images);
  return Array.from({ length: n }, (_, i) => Math.floor(((i + 0.5) * images) / n));
}
