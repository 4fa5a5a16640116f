import { readerEntry } from '../../../foundation/program-folder.ts';
import { TaskThread } from '../../../rpc/task-thread.ts';
import type { ReaderData, ReaderTasks } from './tasks.ts';

export type Reader = TaskThread<ReaderTasks>;

/** A thread of its own that reads pictures, started with the first question. */
export const openReader = (data: ReaderData): Reader =>
  new TaskThread<ReaderTasks>(readerEntry(), data, 'The thread that reads pictures ended unexpectedly. Try again.');
