import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import type { PictureCache } from './picture-cache.ts';
import type { ComputeHost } from '../../compute/host/compute-host.ts';

/** Longest sides, px. */
const SIZES = { thumb: 320, image: 2048 } as const;
export type ShownSize = keyof typeof SIZES;

const AT_ONCE = Math.max(2, Math.min(4, availableParallelism()));
const WAITING = 600; // more than two screens of the smallest tiles; older requests have been scrolled past

interface Wanted {
  key: string;
  file: string;
  sha256: string | null;
  size: ShownSize;
  waiters: number;
  promise: Promise<string>;
  settle(result: string | AppError): void;
}

/**
 * Makes thumbnails and previews and caches them on disk by content. Several requests for one picture make it once. The newest
 * request goes first, because older ones have been scrolled past. A request that everybody has cancelled is not started.
 */
export class PreviewService {
  private readonly host: Pick<ComputeHost, 'ask'>;
  private readonly folders: Record<ShownSize, string>;
  private readonly cache: Pick<PictureCache, 'use' | 'add'>;
  private readonly known = new Map<string, Wanted>();
  private waiting: Wanted[] = [];
  private running = 0;

  constructor(host: Pick<ComputeHost, 'ask'>, folders: Record<ShownSize, string>, cache: Pick<PictureCache, 'use' | 'add'>) {
    this.host = host;
    this.folders = folders;
    this.cache = cache;
  }

  /** A JPEG of an image of a data set. Throws 'not-found' or 'bad-image' where the file is gone, changed or broken; 'cancelled'. */
  imagePreview(file: string, sha256: string, size: ShownSize, signal?: AbortSignal): Promise<string> {
    return this.want(file, sha256, sha256, size, signal);
  }

  /** A JPEG of any image file, as it stands now. Throws as `imagePreview`. */
  async filePreview(file: string, size: ShownSize, signal?: AbortSignal): Promise<string> {
    const { mtimeMs, size: bytes } = await stat(file).catch((error: unknown) => {
      throw new AppError('not-found', `There is no image ${file}.`, { file }, error);
    });
    const key = createHash('sha256').update(`${file}\0${mtimeMs}\0${bytes}`).digest('hex');
    return this.want(file, null, key, size, signal);
  }

  private async want(file: string, sha256: string | null, name: string, size: ShownSize, signal?: AbortSignal): Promise<string> {
    const out = join(this.folders[size], name.slice(0, 2), `${name}.jpg`);
    if (existsSync(out)) {
      this.cache.use(out);
      return out;
    }
    const wanted = this.known.get(out) ?? this.enqueue(out, file, sha256, size);
    wanted.waiters++;
    const left = (): void => {
      wanted.waiters--;
      if (wanted.waiters === 0) this.giveUp(wanted);
    };
    signal?.addEventListener('abort', left, { once: true });
    this.next();
    try {
      return await wanted.promise;
    } finally {
      signal?.removeEventListener('abort', left);
    }
  }

  private enqueue(key: string, file: string, sha256: string | null, size: ShownSize): Wanted {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const settle = (result: string | AppError): void => {
      this.known.delete(key);
      if (typeof result === 'string') resolve(result);
      else reject(result);
    };
    const wanted: Wanted = { key, file, sha256, size, waiters: 0, promise, settle };
    this.known.set(key, wanted);
    this.waiting.push(wanted);
    if (this.waiting.length > WAITING) this.giveUp(this.waiting[0]!);
    return wanted;
  }

  /** Cancels only requests that have not started: a picture in progress is worth finishing. */
  private giveUp(wanted: Wanted): void {
    const at = this.waiting.indexOf(wanted);
    if (at < 0) return;
    this.waiting.splice(at, 1);
    wanted.settle(new AppError('cancelled', 'Cancelled.'));
  }

  private next(): void {
    while (this.running < AT_ONCE) {
      const wanted = this.waiting.pop();
      if (!wanted) return;
      this.running++;
      void this.make(wanted);
    }
  }

  private async make({ key, file, sha256, size, settle }: Wanted): Promise<void> {
    try {
      await this.host.ask('picture', { file, sha256, longest: SIZES[size], out: key });
      this.cache.add();
      settle(key);
    } catch (error) {
      settle(error instanceof AppError ? error : new AppError('internal', 'The picture could not be made.', { file }, error));
    } finally {
      this.running--;
      this.next();
    }
  }
}
