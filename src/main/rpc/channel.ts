import { AppError, asAppError, fromWireError } from '../../shared/errors.ts';
import type { Connection, ConnectionEnd, ProgressOf, Response, TaskTable } from './messages.ts';
import { errorFromTrace } from '../../shared/trace.ts';

export interface AskOptions<P> {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: P) => void) | undefined;
}

interface Pending {
  resolve(result: unknown): void;
  reject(error: Error): void;
  progress(p: unknown): void;
}

interface ActiveConnection {
  connection: Connection;
  pending: Map<number, Pending>;
  ended: boolean; // by this end
}

/**
 * Sends requests over any connection, receives results and progress, and cancels. The first request opens the connection; after
 * it is lost the next request opens it again.
 */
export class Channel<T extends TaskTable<T>> {
  private readonly connect: () => Connection;
  private readonly lost: (end: ConnectionEnd) => AppError;
  private line: ActiveConnection | null = null;
  private ending: Promise<void> = Promise.resolve();
  private count = 0;

  /** `lost`: the error for pending requests when the connection is lost. */
  constructor(connect: () => Connection, lost: (end: ConnectionEnd) => AppError) {
    this.connect = connect;
    this.lost = lost;
  }

  /** Throws what the task throws as AppError; 'cancelled' after `signal`, once the other end has stopped it. */
  async ask<N extends keyof T & string>(task: N, args: T[N]['args'], o: AskOptions<ProgressOf<T[N]>> = {}): Promise<T[N]['result']> {
    const { signal, onProgress } = o;
    if (signal?.aborted) throw new AppError('cancelled', 'Cancelled.');
    const { connection, pending } = this.open();
    const id = ++this.count;
    const cancel = (): void => connection.send({ kind: 'cancel', id });
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await new Promise<T[N]['result']>((resolve, reject) => {
        pending.set(id, { resolve: resolve as Pending['resolve'], reject, progress: (p) => onProgress?.(p as ProgressOf<T[N]>) });
        connection.send({ kind: 'ask', id, task, args });
      });
    } finally {
      pending.delete(id);
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** The process's id while one runs: for a person's task manager, and for tests that kill it. */
  get pid(): number | undefined {
    return this.line?.connection.pid;
  }

  /** Stops the other end and waits for it. Pending requests fail with 'cancelled'. */
  end(): Promise<void> {
    const line = this.line;
    this.line = null;
    if (line) {
      line.ended = true;
      this.ending = new Promise<void>((done) => {
        line.connection.onEnd(() => done());
        line.connection.end();
      });
    }
    return this.ending;
  }

  /** Opens the connection unless it is open. Throws AppError if that fails. */
  protected open(): ActiveConnection {
    if (this.line) return this.line;
    const line: ActiveConnection = { connection: this.openConnection(), pending: new Map(), ended: false };
    line.connection.onMessage((message) => receive(line, message));
    line.connection.onEnd((end) => {
      if (this.line === line) this.line = null;
      const error = line.ended ? new AppError('cancelled', 'Cancelled.') : this.lost(end);
      for (const { reject } of line.pending.values()) reject(error);
    });
    this.line = line;
    return line;
  }

  private openConnection(): Connection {
    try {
      return this.connect();
    } catch (error) {
      throw asAppError(error);
    }
  }
}

function receive({ pending }: ActiveConnection, message: Response): void {
  const waiting = pending.get(message.id);
  switch (message.kind) {
    case 'progress':
      waiting?.progress(message.progress);
      return;
    case 'result':
      waiting?.resolve(message.result);
      return;
    case 'error':
      waiting?.reject(message.trace === null ? fromWireError(message.error) : fromWireError(message.error, errorFromTrace(message.trace)));
      return;
    default:
      message satisfies never;
  }
}
