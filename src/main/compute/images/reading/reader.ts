import { AppError, asAppError } from '../../../../shared/errors.ts';
import { readerEntry } from '../../../foundation/program-folder.ts';
import { type AskOptions, Channel } from '../../../rpc/channel.ts';
import { connectThread } from '../../../rpc/thread.ts';
import { throwIfCancelled } from '../../async/parallel.ts';
import { PixelReader } from './pixel-reader.ts';
import { handlersOf } from './reader-handlers.ts';
import type { ReaderData, ReaderTasks } from './tasks.ts';

/** Reads images, in a thread or in this one. */
export interface Reader {
  /** Throws AppError 'cancelled' after `signal`, and errors of decoding and of the cache. */
  ask<N extends keyof ReaderTasks>(task: N, args: ReaderTasks[N]['args'], options?: AskOptions<never>): Promise<ReaderTasks[N]['result']>;
  end(): Promise<void>;
}

// Pixels are outside V8's heap. With the default of 48 MB for young objects the heap of this thread grows to 43 MB, of which 6 MB are in use.
const LIMITS = { maxYoungGenerationSizeMb: 4 };

/**
 * Pixel values (3·S² for each image) from which a thread reads them. Starting it takes 75 ms of CPU time, and copying a million values from the
 * cache 2 ms, so fewer are read in this thread.
 */
export const THREAD_FROM = 2 ** 20;

/** A reader of `images` images. Augmenting decodes and resizes at each reading, so a thread does it however few they are. */
export const openReader = (data: ReaderData, images: number, threadFrom = THREAD_FROM): Reader =>
  data.augmentation !== null || images * 3 * data.size ** 2 >= threadFrom ? openThread(data) : new LocalReader(data);

/** A thread that reads images, started with the first call. */
const openThread = (data: ReaderData): Reader =>
  new Channel<ReaderTasks>(
    () => connectThread(readerEntry(), data, LIMITS),
    ({ error }) => (error ? asAppError(error) : new AppError('internal', 'The thread that reads images ended unexpectedly. Try again.')),
  );

/** Reads images in the thread that asks. */
class LocalReader implements Reader {
  private readonly reader: PixelReader;
  private readonly handlers: ReturnType<typeof handlersOf>;

  constructor(data: ReaderData) {
    this.reader = new PixelReader(data);
    this.handlers = handlersOf(this.reader);
  }

  async ask<N extends keyof ReaderTasks>(
    task: N,
    args: ReaderTasks[N]['args'],
    { signal = new AbortController().signal }: AskOptions<never> = {},
  ): Promise<ReaderTasks[N]['result']> {
    throwIfCancelled(signal);
    return this.handlers[task](args, { signal, progress: () => undefined });
  }

  end(): Promise<void> {
    this.reader.close();
    return Promise.resolve();
  }
}
