import { AppError, asAppError } from '../../../../shared/errors.ts';
import { readerEntry } from '../../../foundation/program-folder.ts';
import { Channel } from '../../../rpc/channel.ts';
import { connectThread } from '../../../rpc/thread.ts';
import type { ReaderData, ReaderTasks } from './tasks.ts';

export type Reader = Channel<ReaderTasks>;

// Pixels are outside V8's heap. With the default of 48 MB for young objects the heap of this thread grows to 43 MB, of which 6 MB are in use.
const LIMITS = { maxYoungGenerationSizeMb: 4 };

/** A thread that reads images, started with the first call. */
export const openReader = (data: ReaderData): Reader =>
  new Channel<ReaderTasks>(
    () => connectThread(readerEntry(), data, LIMITS),
    ({ error }) => (error ? asAppError(error) : new AppError('internal', 'The thread that reads images ended unexpectedly. Try again.')),
  );
