import { createHash } from 'node:crypto';
import type { Random } from '../../shared/random.ts';
import type { RunConfig } from '../../shared/run.ts';
import type { Engine, Executable } from '../nn/engines/engine.ts';
import { type Entry, entryShape, featuresTask } from '../nn/siamese.ts';
import { sizeOf, type TensorMap } from '../nn/tensor.ts';
import { augment } from './augment.ts';
import { bytesOf, chunks, FORWARD_BATCH, normaliseInto } from './batches.ts';
import { specOf } from './checkpoint.ts';
import { decodeSquare, DECODERS } from './images.ts';
import { mapParallel, type ParallelOptions, throwIfCancelled } from './parallel.ts';
import type { CacheFolders, SourceImage } from './protocol.ts';
import { RowStore } from './row-store.ts';

/** Raise when decoding or resizing changes: what older versions cached is then left aside. */
const DECODER_VERSION = 1;

/** Gives batches of images as a network wants them at an entry, from what is cached on disk. */
export interface FeatureSource {
  readonly rowLength: number; // floats an image
  /** Makes and caches what is missing; afterwards `batch` only reads. */
  prepare(images: readonly SourceImage[], options: ParallelOptions): Promise<void>;
  /** [images.length, …]. `draws` has one stream an image where it is to be augmented. */
  batch(images: readonly SourceImage[], draws?: readonly Random[]): Promise<Float32Array>;
  close(): Promise<void>;
}

export interface SourceOptions {
  engine: Engine;
  config: RunConfig;
  entry: Entry;
  params: TensorMap; // what lies before the entry is read from here
  caches: CacheFolders;
}

export function openSource(o: SourceOptions): FeatureSource {
  const pixels = (): PixelSource => new PixelSource(o.config, o.caches.pixels);
  if (o.entry === 'image') return pixels();
  return o.config.augmentation ? new FreshFeatures(o, pixels()) : new CachedFeatures(o);
}

/** Decoded pictures, cached as 8-bit pixels, normalised and augmented on the way out. */
class PixelSource implements FeatureSource {
  readonly rowLength: number;
  private readonly config: RunConfig;
  private readonly store: RowStore;
  private readonly pixels: Uint8Array;

  constructor(config: RunConfig, folder: string) {
    this.config = config;
    this.rowLength = 3 * config.size * config.size;
    this.store = new RowStore(folder, `rgb-${config.size}-v${DECODER_VERSION}`, this.rowLength);
    this.pixels = new Uint8Array(this.rowLength);
  }

  async prepare(images: readonly SourceImage[], { signal, onProgress }: ParallelOptions): Promise<void> {
    const missing = uncached(this.store, images);
    let done = 0;
    for (const chunk of chunks(missing, FORWARD_BATCH)) {
      throwIfCancelled(signal);
      const rows = await decodeAll(chunk, this.config.size, signal);
      this.store.append(
        chunk.map((i) => i.sha256),
        Buffer.concat(rows),
      );
      onProgress?.((done += chunk.length), missing.length);
    }
    if (missing.length) this.store.flush();
  }

  async batch(images: readonly SourceImage[], draws?: readonly Random[]): Promise<Float32Array> {
    const out = new Float32Array(images.length * this.rowLength);
    const { augmentation, preprocessing, size } = this.config;
    for (const [i, image] of images.entries()) {
      this.store.read(image.sha256, this.pixels);
      const draw = draws?.[i];
      normaliseInto(out, i, augmentation && draw ? await augment(this.pixels, size, augmentation, draw) : this.pixels, preprocessing);
    }
    return out;
  }

  close(): Promise<void> {
    this.store.close();
    return Promise.resolve();
  }
}

/** Features before the trained layers, computed once an image and kept on disk. */
class CachedFeatures implements FeatureSource {
  readonly rowLength: number;
  private readonly o: SourceOptions;
  private readonly store: RowStore;

  constructor(o: SourceOptions) {
    this.o = o;
    this.rowLength = sizeOf(entryShape(specOf(o.config), o.entry));
    this.store = new RowStore(o.caches.features, featureKey(o), this.rowLength * 4);
  }

  async prepare(images: readonly SourceImage[], { signal, onProgress }: ParallelOptions): Promise<void> {
    const missing = uncached(this.store, images);
    if (missing.length === 0) return;
    const { engine, config, entry, params } = this.o;
    const exe = await engine.compile(featuresTask(specOf(config), entry, FORWARD_BATCH), params);
    try {
      const parts = chunks(missing, FORWARD_BATCH);
      const imageLength = 3 * config.size * config.size;
      let done = 0;
      for (const part of parts) {
        throwIfCancelled(signal);
        const rows = await decodeAll(part, config.size, signal);
        const batch = new Float32Array(FORWARD_BATCH * imageLength); // a last, partial batch is filled up with zeros
        rows.forEach((row, i) => {
          normaliseInto(batch, i, row, config.preprocessing);
        });
        const { features } = await exe.run({ images: batch });
        this.store.append(
          part.map((i) => i.sha256),
          bytesOf(features!.subarray(0, part.length * this.rowLength)),
        );
        onProgress?.((done += part.length), missing.length);
      }
      this.store.flush();
    } finally {
      await exe.dispose();
    }
  }

  batch(images: readonly SourceImage[]): Promise<Float32Array> {
    const out = new Float32Array(images.length * this.rowLength);
    images.forEach((image, i) => {
      this.store.read(image.sha256, bytesOf(out.subarray(i * this.rowLength, (i + 1) * this.rowLength)));
    });
    return Promise.resolve(out);
  }

  close(): Promise<void> {
    this.store.close();
    return Promise.resolve();
  }
}

/** Features of pictures that are augmented, so they change with every draw: computed anew for each batch. */
class FreshFeatures implements FeatureSource {
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

  async batch(images: readonly SourceImage[], draws?: readonly Random[]): Promise<Float32Array> {
    const n = images.length;
    let exe = this.compiled.get(n);
    if (!exe) {
      exe = await this.o.engine.compile(featuresTask(specOf(this.o.config), this.o.entry, n), this.o.params);
      this.compiled.set(n, exe);
    }
    return (await exe.run({ images: await this.pixels.batch(images, draws) })).features!;
  }

  async close(): Promise<void> {
    await this.pixels.close();
    for (const exe of this.compiled.values()) await exe.dispose();
  }
}

/** Everything a cached feature depends on besides the picture. */
function featureKey({ config, entry, params, engine }: SourceOptions): string {
  const hash = createHash('sha256').update(JSON.stringify([config.preprocessing, DECODER_VERSION]));
  for (const name of featuresTask(specOf(config), entry, 1).graph.params.keys()) hash.update(bytesOf(params.get(name)!.data));
  return [config.backbone, config.flavour, entry, config.size, engine.name, engine.device, hash.digest('hex').slice(0, 16)].join('-');
}

function uncached(store: RowStore, images: readonly SourceImage[]): SourceImage[] {
  const wanted = new Map(images.map((image) => [image.sha256, image]));
  return [...wanted.values()].filter((image) => !store.has(image.sha256));
}

/** Decodes pictures as they were imported: one that changed since would be cached under another's name. */
function decodeAll(images: readonly SourceImage[], size: number, signal: AbortSignal | undefined): Promise<Uint8Array[]> {
  return mapParallel(images, DECODERS, (image) => decodeSquare(image.file, size, { sha256: image.sha256 }), { signal });
}
