import { countBits, type PerceptualHash } from './perceptual-hash.ts';

/** Bits in which the hashes of a pair may differ. The pieces below find all such pairs: one of four has at most one of seven differing bits. */
export const MAX_BITS = 7;

const PIECES = 4; // of 16 bits
const MAX_BUCKET = 64; // images with one piece whose pairs are all compared; of more, each is compared with so many that follow it

/**
 * Pairs i < j of images whose hashes differ in at most MAX_BITS bits, or the hash of one and the mirrored hash of the other, by multi-index hashing
 * (Norouzi et al. 2012): pairs [m, 2]. An image is compared only with those that share a 16-bit piece, but for one bit, with it. Where many images share
 * a piece (blank pages), only part of their pairs is found: each with its next MAX_BUCKET.
 */
export function hashPairs(hashes: readonly PerceptualHash[]): Int32Array {
  const buckets = Array.from({ length: PIECES }, (_, piece) => new Buckets(hashes, piece));
  const found: number[] = [];
  const seenFor = new Int32Array(hashes.length).fill(-1); // the image that j was last compared with
  hashes.forEach((hash, i) => {
    for (const words of [hash.plain, hash.mirrored]) {
      for (let piece = 0; piece < PIECES; piece++) {
        const key = pieceOf(words, piece);
        for (let flip = -1; flip < 16; flip++) {
          buckets[piece]!.visit(flip < 0 ? key : key ^ (1 << flip), i, (j) => {
            if (seenFor[j] === i && words === hash.plain) return;
            const other = hashes[j]!.plain;
            if (countBits(words[0] ^ other[0]) + countBits(words[1] ^ other[1]) > MAX_BITS) return;
            if (seenFor[j] === i) return;
            seenFor[j] = i;
            found.push(i, j);
          });
        }
      }
    }
  });
  return Int32Array.from(found);
}

const pieceOf = (words: readonly [number, number], piece: number): number => (words[piece >> 1]! >>> (piece % 2 === 0 ? 16 : 0)) & 0xffff;

/** Images by a piece of their hash, ascending. */
class Buckets {
  private readonly starts = new Int32Array(65537);
  private readonly images: Int32Array;

  constructor(hashes: readonly PerceptualHash[], piece: number) {
    const keys = Uint16Array.from(hashes, ({ plain }) => pieceOf(plain, piece));
    for (const key of keys) this.starts[key + 1]!++;
    for (let key = 0; key < 65536; key++) this.starts[key + 1]! += this.starts[key]!;
    const next = this.starts.slice();
    this.images = new Int32Array(hashes.length);
    keys.forEach((key, i) => (this.images[next[key]!++] = i));
  }

  /** Calls `use` with images after `i`, at most MAX_BUCKET. */
  visit(key: number, i: number, use: (j: number) => void): void {
    const end = this.starts[key + 1]!;
    let at = this.firstAfter(this.starts[key]!, end, i);
    for (const stop = Math.min(end, at + MAX_BUCKET); at < stop; at++) use(this.images[at]!);
  }

  private firstAfter(start: number, end: number, i: number): number {
    let [low, high] = [start, end];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.images[middle]! <= i) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
