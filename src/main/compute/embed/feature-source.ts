import { createHash } from 'node:crypto';
import { AppError } from '../../../shared/errors.ts';
import type { RunConfig } from '../../../shared/run.ts';
import { log } from '../../foundation/log/log.ts';
import type { Executable } from '../../nn/engines/engine.ts';
import type { NetworkEngine } from '../engine/network-engine.ts';
import { compileForward } from '../../nn/engines/forward.ts';
import { type Entry, entryShape, featuresTask, specOf } from '../../nn/siamese.ts';
import { freeArray, joinArrays, sizeOf, type TensorMap } from '../../nn/ir/tensor.ts';
import { prefetch } from '../async/prefetch.ts';
import { bytesOf, chunks, FORWARD_BATCH } from '../images/batches.ts';
import { type ParallelOptions, throwIfCancelled } from '../async/parallel.ts';
import type { CacheFolders, SourceImage } from '../protocol/protocol.ts';
import { decoderKey } from '../images/reading/pixel-reader.ts';
import { openReader, type Reader } from '../images/reading/reader.ts';
import type { StreamName } from '../images/reading/tasks.ts';
import { RowStore } from '../cache/row-store.ts';

const DISK_FAULT = 'A cache in the workspace was written and can’t be read back. The disk may be failing: use a workspace folder on another disk.';

/** A batch of images. */
export interface Part {
  images: readonly SourceImage[];
  streams?: readonly StreamName[] | undefined; // random streams, one per image, where images are augmented
}

/** Splits images into parts of FORWARD_BATCH. */
export const partsOf = (images: readonly SourceImage[]): Part[] => chunks(images, FORWARD_BATCH).map((part) => ({ images: part }));

/** Reads network inputs at an entry (pixels, or features before the trained layers) from caches on disk. */
export interface FeatureSource {
  readonly rowLength: number; // floats per image
  /** Computes and caches what is missing; `batches` then only reads. */
  prepare(images: readonly SourceImage[], options: ParallelOptions): Promise<void>;
  /**
   * Each part with its rows, [images.length, rowLength], in order. The next part's images are prefetched while this part is used.
   * Nothing is computed on the device in advance.
   */
  batches<P extends Part>(parts: Iterable<P>): AsyncGenerator<[P, Float32Array], void, undefined>;
  close(): Promise<void>;
}

export interface SourceOptions {
  engine: NetworkEngine;
  config: RunConfig;
  entry: Entry;
  params: TensorMap; // must contain the tensors before the entry
  caches: CacheFolders;
  threadFrom?: number | undefined; // pixel values from which a thread reads images; default THREAD_FROM
}

export function openSource(o: SourceOptions): FeatureSource {
  const pixels = (): PixelSource => new PixelSource(o);
  if (o.entry === 'image') return pixels();
  return o.config.augmentation ? new AugmentedFeatures(o, pixels()) : new CachedFeatures(o);
}

const readerFor = ({ config, threadFrom }: SourceOptions, cache: string | null, images: number): Reader => {
  const { size, preprocessing, resampling, sampleBits, augmentation } = config;
  return openReader({ size, preprocessing, resampling, sampleBits, augmentation, cache }, images, threadFrom);
};

/** Decoded images, cached as 8-bit pixels, normalised and augmented when read. */
class PixelSource implements FeatureSource {
  readonly rowLength: number;
  private readonly o: SourceOptions;
  private opened: Reader | null = null;

  constructor(o: SourceOptions) {
    this.o = o;
    this.rowLength = 3 * o.config.size * o.config.size;
  }

  async prepare(images: readonly SourceImage[], { signal, onProgress }: ParallelOptions): Promise<void> {
    this.opened ??= readerFor(this.o, this.o.caches.pixels, images.length);
    const positions = await this.reader.ask('findUncached', { sha256s: images.map((image) => image.sha256) }, { signal });
    const missing = Array.from(positions, (i) => images[i]!);
    let done = 0;
    for (const chunk of chunks(missing, FORWARD_BATCH)) {
      await this.reader.ask('decodeToCache', { images: chunk }, { signal });
      onProgress?.((done += chunk.length), missing.length);
    }
    if (missing.length) await this.reader.ask('flush', {});
  }

  batches<P extends Part>(parts: Iterable<P>): AsyncGenerator<[P, Float32Array], void, undefined> {
    return prefetch(parts, ({ images, streams }) => this.reader.ask('batch', { images, streams: streams ?? null }));
  }

  async close(): Promise<void> {
    await this.opened?.end();
  }

  private get reader(): Reader {
    if (this.opened) return this.opened;
    throw new Error('prepare comes before batches.');
  }
}

/** An image that can't be read, and why, in a sentence. */
export interface UnreadImage {
  image: SourceImage;
  reason: string;
}

interface DecodedPart {
  read: readonly SourceImage[];
  images: Float32Array; // [read.length, 3, S, S]
  failed: readonly UnreadImage[];
}

/** Features before the trained layers, computed once per image and cached on disk. */
export class CachedFeatures implements FeatureSource {
  readonly rowLength: number;
  private readonly o: SourceOptions;
  private readonly store: RowStore;
  private prepared: readonly SourceImage[] = [];

  constructor(o: SourceOptions) {
    this.o = o;
    this.rowLength = sizeOf(entryShape(specOf(o.config), o.entry));
    this.store = new RowStore(o.caches.features, featureKey(o), this.rowLength * 4);
  }

  /** As `prepare`, but skips images that can't be read and returns them with the reason. `batches` can't read these. */
  async prepareReadable(images: readonly SourceImage[], options: ParallelOptions): Promise<UnreadImage[]> {
    const unread: UnreadImage[] = [];
    await this.compute(selectUncached(this.store, images), options, unread);
    this.prepared = images.filter(({ sha256 }) => this.store.has(sha256));
    return unread;
  }

  /** Images whose features `prepare` would compute. */
  countMissing(images: readonly SourceImage[]): number {
    return selectUncached(this.store, images).length;
  }

  prepare(images: readonly SourceImage[], options: ParallelOptions): Promise<void> {
    this.prepared = images;
    return this.compute(selectUncached(this.store, images), options);
  }

  async *batches<P extends Part>(parts: Iterable<P>): AsyncGenerator<[P, Float32Array], void, undefined> {
    for (const part of parts) {
      const out = new Float32Array(part.images.length * this.rowLength);
      if (!this.readInto(out, part.images)) {
        await this.recompute();
        if (!this.readInto(out, part.images)) throw new AppError('workspace', DISK_FAULT, { folder: this.o.caches.features });
      }
      yield [part, out];
    }
  }

  close(): Promise<void> {
    this.store.close();
    return Promise.resolve();
  }

  /** Reads rows [images.length, rowLength] into `out`. Returns false at the first damaged one. */
  private readInto(out: Float32Array, images: readonly SourceImage[]): boolean {
    return images.every(({ sha256 }, i) => this.store.read(sha256, bytesOf(out.subarray(i * this.rowLength, (i + 1) * this.rowLength))));
  }

  /** Finds all damaged rows and computes them again, together because compiling takes longer than a batch. */
  private async recompute(): Promise<void> {
    const row = new Uint8Array(this.rowLength * 4);
    for (const { sha256 } of this.prepared) if (this.store.has(sha256)) this.store.read(sha256, row);
    const missing = selectUncached(this.store, this.prepared);
    log().warn({ rows: missing.length, folder: this.o.caches.features }, 'damaged features are computed again');
    await this.compute(missing, {});
  }

  /** Computes and caches the features of `missing`. Images that can't be read are added to `unread`; without it, the first one is an error. */
  private async compute(missing: readonly SourceImage[], { signal, onProgress }: ParallelOptions, unread?: UnreadImage[]): Promise<void> {
    if (missing.length === 0) return;
    const { engine, config, entry, params } = this.o;
    const exe = await compileForward(engine, (n) => featuresTask(specOf(config), entry, n), FORWARD_BATCH, params);
    const reader = readerFor(this.o, null, missing.length);
    const decode = (part: readonly SourceImage[]): Promise<DecodedPart> =>
      unread ? decodeReadable(reader, part, signal) : decodeAll(reader, part, signal);
    try {
      let done = 0;
      for await (const [part, { read, images, failed }] of prefetch(chunks(missing, FORWARD_BATCH), decode)) {
        throwIfCancelled(signal);
        unread?.push(...failed);
        if (read.length > 0) {
          const { features } = await exe.run({ images });
          this.store.append(
            read.map((i) => i.sha256),
            bytesOf(features!),
          );
        }
        freeArray(images);
        onProgress?.((done += part.length), missing.length);
      }
      this.store.flush();
    } finally {
      await reader.end();
      await exe.dispose();
    }
  }
}

/** Features of augmented images, computed for each batch because they differ in each epoch. */
class AugmentedFeatures implements FeatureSource {
  readonly rowLength: number;
  private readonly o: SourceOptions;
  private readonly pixels: PixelSource;
  private readonly compiled = new Map<number, Executable>();

  constructor(o: SourceOptions, pixels: PixelSource) {
    this.o = o;
    this.pixels = pixels;
    this.rowLength = sizeOf(entryShape(specOf(o.config), o.entry));
  }

  prepare(images: readonly SourceImage[], options: ParallelOptions): Promise<void> {
    return this.pixels.prepare(images, options);
  }

  /** Only images are prefetched: computing the next step's features during this step may exceed the device's memory. */
  async *batches<P extends Part>(parts: Iterable<P>): AsyncGenerator<[P, Float32Array], void, undefined> {
    for await (const [part, images] of this.pixels.batches(parts)) {
      const exe = await this.compiledFor(part.images.length);
      yield [part, (await exe.run({ images })).features!];
    }
  }

  async close(): Promise<void> {
    await this.pixels.close();
    for (const exe of this.compiled.values()) await exe.dispose();
  }

  private async compiledFor(n: number): Promise<Executable> {
    let exe = this.compiled.get(n);
    if (!exe) {
      exe = await this.o.engine.compile(featuresTask(specOf(this.o.config), this.o.entry, n), this.o.params);
      this.compiled.set(n, exe);
    }
    return exe;
  }
}

async function decodeAll(reader: Reader, part: readonly SourceImage[], signal: AbortSignal | undefined): Promise<DecodedPart> {
  return { read: part, images: await reader.ask('decode', { images: part }, { signal }), failed: [] };
}

/** Decodes a part; if an image of it can't be read, one image at a time. Throws AppError 'cancelled' and other errors than of an image. */
async function decodeReadable(reader: Reader, part: readonly SourceImage[], signal: AbortSignal | undefined): Promise<DecodedPart> {
  try {
    return await decodeAll(reader, part, signal);
  } catch (error) {
    reasonOf(error);
  }
  const read: SourceImage[] = [];
  const rows: Float32Array[] = [];
  const failed: UnreadImage[] = [];
  for (const image of part) {
    try {
      rows.push(await reader.ask('decode', { images: [image] }, { signal }));
      read.push(image);
    } catch (error) {
      failed.push({ image, reason: reasonOf(error) });
    }
  }
  return { read, images: joinArrays(rows), failed };
}

/** A broken, missing or forbidden file. */
const READ_ERRORS: ReadonlySet<string> = new Set(['bad-image', 'not-found', 'workspace']);

/** Why an image can't be read. Throws all other errors. */
function reasonOf(error: unknown): string {
  if (error instanceof AppError && READ_ERRORS.has(error.code)) return error.message;
  throw error;
}

/** Everything a cached feature depends on besides the image. */
function featureKey({ config, entry, params, engine }: SourceOptions): string {
  const { encoder } = config;
  const imported = encoder ? [[encoder.sha256, encoder.input, encoder.output]] : [];
  const hash = createHash('sha256').update(JSON.stringify([config.preprocessing, decoderKey(config), ...imported]));
  for (const name of featuresTask(specOf(config), entry, 1).program.params.keys()) hash.update(bytesOf(params.get(name)!.data));
  const isClassToken = entry === 'pooled' && config.pooling === 'cls';
  return [
    config.backbone,
    config.flavour,
    isClassToken ? 'cls' : entry,
    config.size,
    engine.name,
    engine.device,
    hash.digest('hex').slice(0, 16),
  ].join('-');
}

/** The images without a cached row, each content once. */
function selectUncached(store: RowStore, images: readonly SourceImage[]): SourceImage[] {
  const wanted = new Map(images.map((image) => [image.sha256, image]));
  return [...wanted.values()].filter((image) => !store.has(image.sha256));
}
