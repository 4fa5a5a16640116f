import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import type { ComputeHost } from '../../compute/host/compute-host.ts';
import { isIntactJpeg } from '../../foundation/jpeg-checksum.ts';
import type { PictureCache } from './picture-cache.ts';

/** Longest sides, px. */
const SIZES = { thumb: 320, image: 2048 } as const;
export type PreviewSize = keyof typeof SIZES;

const MAX_RUNNING = Math.max(2, Math.min(4, availableParallelism()));
const MAX_QUEUED = 600; // two screens of the smallest tiles; the oldest requests are cancelled

/** Version of the decoder, part of the names: previews of images that an older version read otherwise are not shown again. */
const DECODER = '-2';

/** What an image's preview depends on. */
interface ImageContent {
  sha256: string;
  sampleBits: number | null; // DatasetSummary.sampleBits
}

interface PreviewedImage {
  file: string; // absolute
  sha256: string | null; // null: any content
  sampleBits: number | null;
}

interface PreviewTask extends PreviewedImage {
  key: string;
  size: PreviewSize;
  waiters: number;
  promise: Promise<string>;
  settle(result: string | AppError): void;
}

/**
 * Creates thumbnails and previews as JPEG files, named by content. Requests for the same picture share one task. The newest
 * request runs first, because the user may have scrolled past older ones. A queued task without waiters is cancelled.
 */
export class PreviewService {
  private readonly host: Pick<ComputeHost, 'ask'>;
  private readonly folders: Record<PreviewSize, string>;
  private readonly cache: Pick<PictureCache, 'use' | 'add'>;
  private readonly tasks = new Map<string, PreviewTask>();
  private queue: PreviewTask[] = [];
  private running = 0;

  constructor(host: Pick<ComputeHost, 'ask'>, folders: Record<PreviewSize, string>, cache: Pick<PictureCache, 'use' | 'add'>) {
    this.host = host;
    this.folders = folders;
    this.cache = cache;
  }

  /** Path of a JPEG of a data set's image. Throws 'not-found' or 'bad-image' if the file is missing, changed or damaged; 'cancelled'. */
  imagePreview(file: string, { sha256, sampleBits }: ImageContent, size: PreviewSize, signal?: AbortSignal): Promise<string> {
    const name = `${sha256}${DECODER}${sampleBits === null ? '' : `-${sampleBits}bit`}`;
    return this.request({ file, sha256, sampleBits }, name, size, signal);
  }

  /** Path of a JPEG of any image file in its current state. Throws as imagePreview does. */
  async filePreview(file: string, size: PreviewSize, signal?: AbortSignal): Promise<string> {
    const { mtimeMs, size: bytes } = await stat(file).catch((error: unknown) => {
      throw new AppError('not-found', `There is no image ${file}.`, { file }, error);
    });
    const key = createHash('sha256').update(`${file}\0${mtimeMs}\0${bytes}${DECODER}`).digest('hex');
    return this.request({ file, sha256: null, sampleBits: null }, key, size, signal);
  }

  private async request(image: PreviewedImage, name: string, size: PreviewSize, signal?: AbortSignal): Promise<string> {
    const out = join(this.folders[size], name.slice(0, 2), `${name}.jpg`);
    if (existsSync(out) && (await isIntact(out))) {
      this.cache.use(out);
      return out;
    }
    if (signal?.aborted) throw cancelledError();
    const task = this.tasks.get(out) ?? this.enqueue(out, image, size);
    task.waiters++;
    const abandon = (): void => {
      task.waiters--;
      if (task.waiters === 0) this.dropQueued(task);
    };
    signal?.addEventListener('abort', abandon, { once: true });
    this.startNext();
    try {
      return await task.promise;
    } finally {
      signal?.removeEventListener('abort', abandon);
    }
  }

  private enqueue(key: string, image: PreviewedImage, size: PreviewSize): PreviewTask {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const settle = (result: string | AppError): void => {
      this.tasks.delete(key);
      if (typeof result === 'string') resolve(result);
      else reject(result);
    };
    const task: PreviewTask = { key, ...image, size, waiters: 0, promise, settle };
    this.tasks.set(key, task);
    this.queue.push(task);
    if (this.queue.length > MAX_QUEUED) this.dropQueued(this.queue[0]!);
    return task;
  }

  /** Cancels a task that has not started. A running one is finished, because its file is useful later. */
  private dropQueued(task: PreviewTask): void {
    const at = this.queue.indexOf(task);
    if (at < 0) return;
    this.queue.splice(at, 1);
    task.settle(cancelledError());
  }

  private startNext(): void {
    while (this.running < MAX_RUNNING) {
      const task = this.queue.pop();
      if (!task) return;
      this.running++;
      void this.make(task);
    }
  }

  private async make({ key, file, sha256, sampleBits, size, settle }: PreviewTask): Promise<void> {
    try {
      await this.host.ask('preview', { file, sha256, sampleBits, longest: SIZES[size], out: key });
      this.cache.add();
      settle(key);
    } catch (error) {
      settle(error instanceof AppError ? error : new AppError('internal', 'The preview could not be created.', { file }, error));
    } finally {
      this.running--;
      this.startNext();
    }
  }
}

const cancelledError = (): AppError => new AppError('cancelled', 'Cancelled.');

/** Whether the picture exists, undamaged: a damaged one is made again. */
const isIntact = (path: string): Promise<boolean> =>
  readFile(path).then(
    (jpeg) => isIntactJpeg(jpeg, basename(path)),
    () => false,
  );
