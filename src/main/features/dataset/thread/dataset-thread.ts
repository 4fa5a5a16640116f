import { AppError, asAppError } from '../../../../shared/errors.ts';
import { Channel } from '../../../rpc/channel.ts';
import { connectThread } from '../../../rpc/thread.ts';
import type { ImportRequest, RunningImport } from '../import-session.ts';
import type { Tasks, ThreadData } from './tasks.ts';

export type DatasetThread = Channel<Tasks>;

/** A thread that works on large data sets. `entry`: its script; `database`: the workspace's, whose lock this process holds. */
export const datasetThread = (entry: string, database: string): DatasetThread =>
  new Channel<Tasks>(
    () => connectThread(entry, { database } satisfies ThreadData),
    ({ error }) => (error ? asAppError(error) : new AppError('internal', 'The data set worker stopped unexpectedly. Try again.')),
  );

interface Course {
  signal: AbortSignal;
  onEnd: () => void; // of the thread
}

/** An import in a thread of its own. Throws as ImportSession.begin does. */
export async function beginImportInThread(thread: DatasetThread, ask: ImportRequest, { signal, onEnd }: Course): Promise<RunningImport> {
  const end = (): void => void thread.end().then(onEnd);
  try {
    const count = await thread.ask('importBegin', ask, { signal });
    return {
      count,
      next: (answers) => thread.ask('importNext', { answers }),
      keep: (stop) => thread.ask('importKeep', {}, { signal: stop }),
      end,
    };
  } catch (error) {
    end();
    throw error;
  }
}
