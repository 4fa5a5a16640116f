import { randomFor } from '../../../../shared/random.ts';
import { augment } from '../augment.ts';
import { normaliseInto } from '../batches.ts';
import { decodeSquare, DECODERS } from '../images.ts';
import { mapParallel } from '../../async/parallel.ts';
import { RowStore } from '../../cache/row-store.ts';
import type { CachedImage, ImageToRead, ReaderData, StreamName } from './tasks.ts';

/** Raise when decoding changes: caches of older versions are then ignored. */
const DECODER_VERSION = 2;

/** What pixels depend on besides the image and their size; part of the name of a cache. */
export const decoderKey = ({ resampling, sampleBits }: Pick<ReaderData, 'resampling' | 'sampleBits'>): string =>
  `v${DECODER_VERSION}-${resampling}${sampleBits === null ? '' : `-${sampleBits}bit`}`;

/** Network inputs from image files or from a cache of decoded pixels. Synchronous except for decoding. */
export class PixelReader {
  private readonly data: ReaderData;
  private readonly rowLength: number;
  private readonly store: RowStore | null;
  private readonly pixels: Uint8Array;

  constructor(data: ReaderData) {
    this.data = data;
    this.rowLength = 3 * data.size * data.size;
    this.store = data.cache === null ? null : new RowStore(data.cache, `rgb-${data.size}-${decoderKey(data)}`, this.rowLength);
    this.pixels = new Uint8Array(this.rowLength);
  }

  async decode(images: readonly ImageToRead[], signal: AbortSignal): Promise<Float32Array> {
    const out = new Float32Array(images.length * this.rowLength);
    await mapParallel(
      images,
      DECODERS,
      async (image, i) => {
        normaliseInto(out, i, await this.decodeFile(image), this.data.preprocessing);
      },
      { signal },
    );
    return out;
  }

  findUncached(sha256s: readonly string[]): Uint32Array {
    const seen = new Set<string>();
    const positions: number[] = [];
    for (const [i, key] of sha256s.entries()) {
      if (seen.has(key) || this.cache.has(key)) continue;
      seen.add(key);
      positions.push(i);
    }
    return Uint32Array.from(positions);
  }

  async decodeToCache(images: readonly CachedImage[], signal: AbortSignal): Promise<void> {
    const rows = await mapParallel(images, DECODERS, (image) => this.decodeFile(image), { signal });
    this.cache.append(
      images.map((i) => i.sha256),
      Buffer.concat(rows),
    );
  }

  flush(): void {
    this.cache.flush();
  }

  async batch(images: readonly CachedImage[], streams: readonly StreamName[] | null): Promise<Float32Array> {
    const out = new Float32Array(images.length * this.rowLength);
    const { augmentation, preprocessing, size } = this.data;
    for (const [i, image] of images.entries()) {
      const pixels = await this.pixelsOf(image);
      const stream = streams?.[i];
      const seen = augmentation && stream ? await augment(pixels, size, augmentation, randomFor(...stream)) : pixels;
      normaliseInto(out, i, seen, preprocessing);
    }
    return out;
  }

  close(): void {
    this.store?.close();
  }

  /** From the cache; a damaged row is decoded and cached again. */
  private async pixelsOf(image: CachedImage): Promise<Uint8Array> {
    if (this.cache.read(image.sha256, this.pixels)) return this.pixels;
    const pixels = await this.decodeFile(image);
    this.cache.append([image.sha256], pixels);
    return pixels;
  }

  private get cache(): RowStore {
    if (this.store) return this.store;
    throw new Error('This reader has no cache.');
  }

  /** Refuses a file that changed since its import: it would be cached under the wrong hash. */
  private decodeFile({ file, sha256 }: ImageToRead): Promise<Uint8Array> {
    const { size, resampling, sampleBits } = this.data;
    return decodeSquare(file, size, { resampling, sampleBits, ...(sha256 === null ? {} : { sha256 }) });
  }
}
