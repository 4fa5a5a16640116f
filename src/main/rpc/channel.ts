import { AppError, asAppError, fromWireError } from '../../shared/errors.ts';
import type { Connection, ConnectionEnd, ProgressOf, Response, TaskTable } from './messages.ts';
import { errorFromTrace } from '../../shared/trace.ts';
import { cpuTicks } from './cpu-time.ts';

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
  ended: boolean; // by `end()`
  unresponsive: boolean; // killed because it was silent
  messageMs: number; // performance.now() of the last message of a task
  aliveMs: number; // of the last message of any kind
}

/** How the connection was lost. `unresponsive`: the server did not react to a cancellation and was killed. */
export interface Loss extends ConnectionEnd {
  unresponsive: boolean;
}

/** How long, in ms, the server may be silent before it is killed. */
export interface Patience {
  afterCancel: number; // a slow step of a training may be killed too: a cancellation discards its epoch anyway
  /** The same after a cancellation if it uses no CPU time: it is stopped or deadlocked. A slow step sends no message but uses CPU time. */
  idle: number;
  afterEnd: number;
}

const PATIENCE: Patience = { afterCancel: 10_000, idle: 4_000, afterEnd: 2_000 };
const KILL_MS = 1_000; // longest wait after a kill: a process in an uninterruptible system call survives it

/**
 * The client end of a channel: sends requests over any connection, receives results and progress, and cancels. The first request
 * opens the connection. After a loss the next request opens it again.
 */
export class Channel<T extends TaskTable<T>> {
  private readonly connect: () => Connection;
  private readonly lostError: (loss: Loss) => AppError;
  private readonly patience: Patience;
  private active: ActiveConnection | null = null;
  private ending: Promise<void> = Promise.resolve();
  private count = 0;

  /** `lostError`: the error for pending requests when the connection is lost. */
  constructor(connect: () => Connection, lostError: (loss: Loss) => AppError, patience: Patience = PATIENCE) {
    this.connect = connect;
    this.lostError = lostError;
    this.patience = patience;
  }

  /**
   * Runs a task at the server. Throws the task's error as AppError; 'cancelled' after `signal`, once the server has stopped it. A
   * server that sends no message for `patience.afterCancel` after that, or is idle for `patience.idle`, is killed.
   */
  async ask<N extends keyof T & string>(task: N, args: T[N]['args'], o: AskOptions<ProgressOf<T[N]>> = {}): Promise<T[N]['result']> {
    const { signal, onProgress } = o;
    if (signal?.aborted) throw new AppError('cancelled', 'Cancelled.');
    const active = this.open();
    const { connection, pending } = active;
    const id = ++this.count;
    let watch: NodeJS.Timeout | undefined;
    const cancel = (): void => {
      connection.send({ kind: 'cancel', id });
      watch = this.killWhenSilent(active);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await new Promise<T[N]['result']>((resolve, reject) => {
        pending.set(id, {
          resolve: resolve as Pending['resolve'],
          reject: (error) => reject(active.unresponsive && signal?.aborted ? new AppError('cancelled', 'Cancelled.', {}, error) : error),
          progress: (p) => onProgress?.(p as ProgressOf<T[N]>),
        });
        connection.send({ kind: 'ask', id, task, args });
      });
    } finally {
      clearInterval(watch);
      pending.delete(id);
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** Process id of the server while it runs in its own process. */
  get pid(): number | undefined {
    return this.active?.connection.pid;
  }

  /** Stops the server and waits for it; kills it after `patience.afterEnd`. Pending requests fail with 'cancelled'. */
  end(): Promise<void> {
    const active = this.active;
    this.active = null;
    if (active) {
      active.ended = true;
      this.ending = new Promise<void>((done) => {
        const { connection } = active;
        let timer = setTimeout(() => {
          connection.kill();
          timer = setTimeout(done, KILL_MS);
        }, this.patience.afterEnd);
        connection.onEnd(() => {
          clearTimeout(timer);
          done();
        });
        connection.end();
      });
    }
    return this.ending;
  }

  /** Opens the connection unless it is open. Throws AppError if that fails. */
  protected open(): ActiveConnection {
    if (this.active) return this.active;
    const active: ActiveConnection = {
      connection: this.openConnection(),
      pending: new Map(),
      ended: false,
      unresponsive: false,
      messageMs: -Infinity,
      aliveMs: -Infinity,
    };
    active.connection.onMessage((message) => {
      active.aliveMs = performance.now();
      if (message.kind !== 'alive') active.messageMs = active.aliveMs;
      receive(active, message);
    });
    active.connection.onEnd((end) => {
      if (this.active === active) this.active = null;
      const error = active.ended ? new AppError('cancelled', 'Cancelled.') : this.lostError({ ...end, unresponsive: active.unresponsive });
      for (const { reject } of active.pending.values()) reject(error);
    });
    this.active = active;
    return active;
  }

  private killWhenSilent(active: ActiveConnection): NodeJS.Timeout {
    const { afterCancel, idle } = this.patience;
    const cancelledMs = performance.now();
    const { pid } = active.connection;
    let ticks = cpuTicks(pid);
    let busyMs = cancelledMs;
    return setInterval(
      () => {
        const nowMs = performance.now();
        const latest = cpuTicks(pid);
        if (latest === null || latest !== ticks) busyMs = nowMs;
        ticks = latest;
        const isSilent = nowMs - Math.max(cancelledMs, active.messageMs) >= afterCancel;
        const isIdle = nowMs - Math.max(busyMs, active.aliveMs) >= idle;
        if (!isSilent && !isIdle) return;
        active.unresponsive = true;
        active.connection.kill();
      },
      Math.min(afterCancel, idle) / 10,
    );
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
  const request = pending.get(message.id);
  switch (message.kind) {
    case 'progress':
      request?.progress(message.progress);
      return;
    case 'alive':
      return;
    case 'result':
      request?.resolve(message.result);
      return;
    case 'error':
      request?.reject(message.trace === null ? fromWireError(message.error) : fromWireError(message.error, errorFromTrace(message.trace)));
      return;
    default:
      message satisfies never;
  }
}
