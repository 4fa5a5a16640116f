import { Worker } from 'node:worker_threads';
import { AppError, asAppError, fromWireError } from '../../../shared/errors.ts';
import type { ImportAsk, Importing } from '../import-session.ts';
import type { FromThread, TaskName, Tasks, ThreadData, ToThread } from './tasks.ts';

interface Pending {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** Main's side of a thread that works on large data sets: started with the first question, and anew after it died. */
export class SetThread {
  private readonly entry: string;
  private readonly data: ThreadData;
  private worker: Worker | null = null;
  private readonly pending = new Map<number, Pending>();
  private ending: Promise<void> = Promise.resolve();
  private count = 0;

  /** `entry`: the thread's script; `database`: the workspace's, whose lock this process holds. */
  constructor(entry: string, database: string) {
    this.entry = entry;
    this.data = { database };
  }

  /** Throws what the task throws as AppError; 'cancelled' after `signal`, once the thread has stopped it. */
  async ask<N extends TaskName>(task: N, args: Tasks[N]['args'], signal?: AbortSignal): Promise<Tasks[N]['result']> {
    if (signal?.aborted) throw new AppError('cancelled', 'Cancelled.');
    const worker = (this.worker ??= this.started());
    const id = ++this.count;
    const cancel = (): void => worker.postMessage({ kind: 'cancel', id } satisfies ToThread);
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await new Promise<Tasks[N]['result']>((resolve, reject) => {
        this.pending.set(id, { resolve: resolve as Pending['resolve'], reject });
        worker.postMessage({ kind: 'ask', id, task, args } as ToThread);
      });
    } finally {
      this.pending.delete(id);
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** Lets it end what it does; resolves once it has. */
  end(): Promise<void> {
    const worker = this.worker;
    this.worker = null;
    if (worker) {
      this.ending = new Promise<void>((done) => {
        worker.once('exit', () => done());
        worker.postMessage('end');
      });
    }
    return this.ending;
  }

  private started(): Worker {
    const worker = new Worker(this.entry, { workerData: this.data });
    worker.unref(); // it must not keep alive a program that has ended
    worker.on('message', (said: FromThread) => {
      const waiting = this.pending.get(said.id);
      if ('error' in said) waiting?.reject(fromWireError(said.error));
      else waiting?.resolve(said.result);
    });
    const lost = (error: AppError): void => {
      if (this.worker === worker) this.worker = null;
      for (const { reject } of this.pending.values()) reject(error);
    };
    worker.on('error', (error) => lost(asAppError(error)));
    worker.on('exit', () => lost(new AppError('internal', 'The thread that works on data sets ended unexpectedly. Try again.')));
    return worker;
  }
}

interface Course {
  signal: AbortSignal;
  onEnd: () => void; // of the thread
}

/** An import in a thread of its own. Throws as ImportSession.begin does. */
export async function beginInThread(thread: SetThread, ask: ImportAsk, { signal, onEnd }: Course): Promise<Importing> {
  const end = (): void => void thread.end().then(onEnd);
  try {
    const count = await thread.ask('importBegin', ask, signal);
    return {
      count,
      paths: (from, to) => thread.ask('importPaths', { from, to }),
      take: async (from, answers) => void (await thread.ask('importTake', { from, answers })),
      keep: (stop) => thread.ask('importKeep', {}, stop),
      end,
    };
  } catch (error) {
    end();
    throw error;
  }
}
