import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImageTime } from '../../../shared/encoder-comparison.ts';
import { CachedFeatures, type SourceOptions } from '../embed/feature-source.ts';
import { FORWARD_BATCH } from '../images/batches.ts';
import type { SourceImage } from '../protocol/protocol.ts';

/** Images whose time is enough: the first batch is not counted, because the network is compiled with it. */
const ENOUGH = 128;
/** Images that are encoded again if too few were not cached. */
const TIMED_AGAIN = 32;

interface Preparing {
  signal: AbortSignal;
  onProgress: (done: number, total: number) => void;
}

/** Prepares `images`, and returns the time for each image that was not cached; null if they are fewer than ENOUGH after the first batch. */
export async function prepareTimed(source: CachedFeatures, images: readonly SourceImage[], o: Preparing): Promise<ImageTime | null> {
  const stamps: { done: number; ms: number }[] = [];
  await source.prepare(images, {
    signal: o.signal,
    onProgress: (done, total) => {
      stamps.push({ done, ms: performance.now() });
      o.onProgress(done, total);
    },
  });
  const [first, last] = [stamps[0], stamps.at(-1)];
  if (!first || !last || last.done - first.done < ENOUGH) return null;
  return { ms: (last.ms - first.ms) / (last.done - first.done), images: last.done - first.done, again: false };
}

/** Encodes up to TIMED_AGAIN images once more, after a first batch, into a cache that is deleted. Null with a single batch of images. */
export async function timeAgain(o: SourceOptions, images: readonly SourceImage[], signal: AbortSignal): Promise<ImageTime | null> {
  const folder = mkdtempSync(join(tmpdir(), 'twinlens-time-'));
  const source = new CachedFeatures({ ...o, caches: { ...o.caches, features: folder } });
  const stamps: { done: number; ms: number }[] = [];
  try {
    await source.prepare(images.slice(0, FORWARD_BATCH + TIMED_AGAIN), {
      signal,
      onProgress: (done) => stamps.push({ done, ms: performance.now() }),
    });
    const [first, last] = [stamps[0], stamps.at(-1)];
    if (!first || !last || first === last) return null;
    return { ms: (last.ms - first.ms) / (last.done - first.done), images: last.done - first.done, again: true };
  } finally {
    await source.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
