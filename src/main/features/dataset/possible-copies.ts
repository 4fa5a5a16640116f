/** An image as far as the search for possible copies needs it. */
export interface Look {
  sha256: string; // of the file
  width: number; // px
  height: number;
  thumbnail?: Uint8Array | null | undefined; // equal length for all; null: not known
}

/**
 * Grey levels. Thumbnails of equal pixels differ a little if one file is shrunk while it is decoded (JPEG) and the other after it.
 * Measured: 3 at most, 0.3 in the mean.
 */
const MAX_DIFFERENCE = 8;
const MAX_MEAN_DIFFERENCE = 2;

/**
 * The positions of images that may have the pixels of another one of other bytes, ascending: same size, and thumbnails that
 * differ by at most MAX_DIFFERENCE. Only their whole pixels need to be compared. Sorts by mean, so it compares few pairs.
 */
export function possibleCopies(images: readonly Look[]): number[] {
  const found = new Set<number>();
  for (const group of Map.groupBy(images.keys(), (i) => `${images[i]!.width} ${images[i]!.height}`).values()) {
    const known = group.flatMap((i) => {
      const { thumbnail } = images[i]!;
      return thumbnail ? [{ i, thumbnail, sum: thumbnail.reduce((a, b) => a + b, 0) }] : [];
    });
    known.sort((a, b) => a.sum - b.sum);
    known.forEach((one, k) => {
      const reach = one.sum + MAX_MEAN_DIFFERENCE * one.thumbnail.length;
      for (let j = k + 1; j < known.length && known[j]!.sum <= reach; j++) {
        const other = known[j]!;
        if (images[one.i]!.sha256 === images[other.i]!.sha256 || !isClose(one.thumbnail, other.thumbnail)) continue;
        found.add(one.i).add(other.i);
      }
    });
  }
  return [...found].sort((a, b) => a - b);
}

function isClose(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < a.length; i++) if (Math.abs(a[i]! - b[i]!) > MAX_DIFFERENCE) return false;
  return true;
}
