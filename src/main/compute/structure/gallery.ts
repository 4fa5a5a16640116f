/** Columns of a gallery block: one matrix product per block of queries and block of the gallery. */
export const GALLERY_BLOCK = 2048;

/**
 * Rows [n, d] that queries are compared with, in blocks of transposed rows [d, GALLERY_BLOCK], because a product with a transposed matrix is
 * the fastest. The last block is padded with zeros.
 */
export class Gallery {
  readonly n: number;
  readonly d: number;
  readonly blocks: Float32Array[];
  readonly squares: Float64Array; // [n] squared length of each row

  constructor(n: number, d: number) {
    this.n = n;
    this.d = d;
    this.blocks = Array.from({ length: Math.ceil(n / GALLERY_BLOCK) }, () => new Float32Array(d * GALLERY_BLOCK));
    this.squares = new Float64Array(n);
  }

  /** Sets row `i` to row [d] * `scale`. */
  set(i: number, row: Float32Array, scale = 1): void {
    const block = this.blocks[Math.floor(i / GALLERY_BLOCK)]!;
    let at = i % GALLERY_BLOCK;
    let sum = 0;
    for (let k = 0; k < this.d; k++, at += GALLERY_BLOCK) {
      const x = row[k]! * scale;
      sum += x * x;
      block[at] = x;
    }
    this.squares[i] = sum;
  }

  /** As `set`, with length 1, for cosines; a row of zeros stays, so its cosine is 0. */
  setUnit(i: number, row: Float32Array): void {
    let sum = 0;
    for (let k = 0; k < this.d; k++) sum += row[k]! * row[k]!;
    this.set(i, row, sum > 0 ? 1 / Math.sqrt(sum) : 0);
  }

  /** Writes row `i` into `out` at `offset`. */
  copyRow(i: number, out: Float32Array, offset: number): void {
    const block = this.blocks[Math.floor(i / GALLERY_BLOCK)]!;
    for (let k = 0, at = i % GALLERY_BLOCK; k < this.d; k++, at += GALLERY_BLOCK) out[offset + k] = block[at]!;
  }

  /** The dot product of two rows. */
  dot(i: number, j: number): number {
    const [a, b] = [this.blocks[Math.floor(i / GALLERY_BLOCK)]!, this.blocks[Math.floor(j / GALLERY_BLOCK)]!];
    let sum = 0;
    for (let k = 0, p = i % GALLERY_BLOCK, q = j % GALLERY_BLOCK; k < this.d; k++, p += GALLERY_BLOCK, q += GALLERY_BLOCK) sum += a[p]! * b[q]!;
    return sum;
  }
}

/** For Euclidean distances: rows [n, d] less their mean, because a large common part loses digits in |a|² + |b|² - 2ab. */
export function centredGallery(rows: Float32Array, d: number): Gallery {
  const n = rows.length / d;
  const mean = new Float64Array(d);
  for (let i = 0; i < n; i++) for (let k = 0; k < d; k++) mean[k]! += rows[i * d + k]! / n;
  const gallery = new Gallery(n, d);
  for (let i = 0; i < n; i++) {
    gallery.set(
      i,
      rows.subarray(i * d, (i + 1) * d).map((x, k) => x - mean[k]!),
    );
  }
  return gallery;
}
