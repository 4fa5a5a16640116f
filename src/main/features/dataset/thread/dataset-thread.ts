import { AppError, asAppError } from '../../../../shared/errors.ts';
import { Channel } from '../../../rpc/channel.ts';
import { connectThread } from '../../../rpc/thread.ts';
import type { ImportRequest, RunningImport } from '../folder-import.ts';
import type { Tasks, ThreadData } from './tasks.ts';

export type DatasetThread = Channel<Tasks>;

/** Starts a worker thread for large data sets. `entry`: script; `database`: file in the workspace that this process has locked. */
export const startDatasetThread = (entry: string, database: string): DatasetThread =>
  new Channel<Tasks>(
    () => connectThread(entry, { database } satisfies ThreadData),
    ({ error }) => (error ? asAppError(error) : new AppError('internal', 'The data set worker stopped unexpectedly. Try again.')),
  );

interface ThreadOptions {
  signal: AbortSignal;
  onEnd: () => void; // called when the thread has ended
}

/** Starts an import in its own thread. Throws as ImportSession.begin does. */
export async function beginImportInThread(thread: DatasetThread, request: ImportRequest, { signal, onEnd }: ThreadOptions): Promise<RunningImport> {
  const end = (): void => void thread.end().then(onEnd);
  try {
    const count = await thread.ask('importBegin', request, { signal });
    return {
      count,
      next: (inspections) => thread.ask('importNext', { inspections }),
      store: (storeSignal) => thread.ask('importStore', {}, { signal: storeSignal }),
      end,
    };
  } catch (error) {
    end();
    throw error;
  }
}
