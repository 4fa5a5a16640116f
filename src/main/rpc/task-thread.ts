import { Worker } from 'node:worker_threads';
import { AppError, asAppError, fromWireError } from '../../shared/errors.ts';
import type { FromThread, TaskTable, Told, ToThread } from './tasks.ts';

interface Pending {
  resolve(result: unknown): void;
  reject(error: Error): void;
  tell(progress: unknown): void;
}

/** The near side of a thread that carries out tasks: started with the first of them, and anew after it died. */
export class TaskThread<T extends TaskTable<T>> {
  private readonly entry: string;
  private readonly data: unknown;
  private readonly lostWords: string;
  private worker: Worker | null = null;
  private readonly pending = new Map<number, Pending>();
  private ending: Promise<void> = Promise.resolve();
  private count = 0;

  /** `entry`: the thread's script, which is given `data`; `lostWords`: what its sudden end is told in. */
  constructor(entry: string, data: unknown, lostWords: string) {
    this.entry = entry;
    this.data = data;
    this.lostWords = lostWords;
  }

  /** Throws what the task throws as AppError; 'cancelled' after `signal`, once the thread has stopped it. */
  async ask<N extends keyof T & string>(task: N, args: T[N]['args'], signal?: AbortSignal, tell?: (p: Told<T[N]>) => void): Promise<T[N]['result']> {
    if (signal?.aborted) throw new AppError('cancelled', 'Cancelled.');
    const worker = (this.worker ??= this.started());
    const id = ++this.count;
    const cancel = (): void => worker.postMessage({ kind: 'cancel', id } satisfies ToThread);
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await new Promise<T[N]['result']>((resolve, reject) => {
        this.pending.set(id, { resolve: resolve as Pending['resolve'], reject, tell: (p) => tell?.(p as Told<T[N]>) });
        worker.postMessage({ kind: 'ask', id, task, args } satisfies ToThread);
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
        worker.postMessage('end' satisfies ToThread);
      });
    }
    return this.ending;
  }

  private started(): Worker {
    const worker = new Worker(this.entry, { workerData: this.data });
    worker.unref(); // it must not keep alive a program that has ended
    worker.on('message', (said: FromThread) => {
      const waiting = this.pending.get(said.id);
      if ('progress' in said) waiting?.tell(said.progress);
      else if ('error' in said) waiting?.reject(fromWireError(said.error));
      else waiting?.resolve(said.result);
    });
    const lost = (error: AppError): void => {
      if (this.worker === worker) this.worker = null;
      for (const { reject } of this.pending.values()) reject(error);
    };
    worker.on('error', (error) => lost(asAppError(error)));
    worker.on('exit', () => lost(new AppError('internal', this.lostWords)));
    return worker;
  }
}
