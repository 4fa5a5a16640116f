import { AppError, asAppError } from '../../../../shared/errors.ts';
import { readerEntry } from '../../../foundation/program-folder.ts';
import { Channel } from '../../../rpc/channel.ts';
import { connectThread } from '../../../rpc/thread.ts';
import type { ReaderData, ReaderTasks } from './tasks.ts';

export type Reader = Channel<ReaderTasks>;

/** A thread that reads images, started with the first call. */
export const openReader = (data: ReaderData): Reader =>
  new Channel<ReaderTasks>(
    () => connectThread(readerEntry(), data),
    ({ error }) => (error ? asAppError(error) : new AppError('internal', 'The thread that reads images ended unexpectedly. Try again.')),
  );
