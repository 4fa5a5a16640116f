import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError, asAppError, fromWireError } from '../../../shared/errors.ts';
import { type ComputeChild, type Launch, launchUnder } from './launch.ts';
import type { CallName, ComputeCalls, FromCompute } from '../protocol/protocol.ts';

export interface AskOptions<N extends CallName> {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: ComputeCalls[N]['progress']) => void) | undefined;
}

interface Pending {
  resolve(result: unknown): void;
  reject(error: Error): void;
  progress(p: unknown): void;
}

/**
 * Main's side of the compute process: started with the first question, asked, cancelled, and started anew with the
 * next question after it died. Everything that decodes an image or runs a network goes through here.
 */
export class ComputeHost {
  private readonly entry: string;
  private readonly launch: Launch;
  private child: ComputeChild | null = null;
  private readonly pending = new Map<number, Pending>();
  private count = 0;
  private lastWords = '';

  /** `entry`: the compute process's script. */
  constructor(entry: string, launch: Launch = launchUnder()) {
    this.entry = entry;
    this.launch = launch;
  }

  /** Throws what the call throws as AppError; 'cancelled' after `signal`; 'compute-lost' when the process dies. */
  ask<N extends CallName>(call: N, args: ComputeCalls[N]['args'], { signal, onProgress }: AskOptions<N> = {}): Promise<ComputeCalls[N]['result']> {
    if (signal?.aborted) return Promise.reject(new AppError('cancelled', 'Cancelled.'));
    let child: ComputeChild;
    try {
      child = this.started();
    } catch (error) {
      return Promise.reject(asAppError(error));
    }
    const id = ++this.count;
    const cancel = (): void => {
      child.send({ kind: 'cancel', id });
    };
    signal?.addEventListener('abort', cancel, { once: true });
    return new Promise<ComputeCalls[N]['result']>((resolve, reject) => {
      this.pending.set(id, {
        resolve: resolve as (result: unknown) => void,
        reject,
        progress: (p) => onProgress?.(p as ComputeCalls[N]['progress']),
      });
      child.send({ kind: 'ask', id, call, args });
    }).finally(() => {
      this.pending.delete(id);
      signal?.removeEventListener('abort', cancel);
    });
  }

  /**
   * Starts the process before its first question, in a turn of main's event loop of its own: that takes some 20 ms, and so does sending
   * a question that carries a large data set. Throws as `ask` does where it can't be started.
   */
  async ready(): Promise<void> {
    await nextTurn();
    await nextTurn(); // what came meanwhile is answered between the two
    try {
      this.started();
    } catch (error) {
      throw asAppError(error);
    }
  }

  /** The process's id while it runs: for a person's task manager, and for tests that kill it. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  async dispose(): Promise<void> {
    const child = this.child;
    if (!child) return;
    this.child = null;
    await new Promise<void>((done) => {
      child.onEnd(() => {
        done();
      });
      child.end();
    });
  }

  private started(): ComputeChild {
    if (this.child) return this.child;
    const child = this.launch(this.entry);
    child.onStderr((text) => {
      this.lastWords = (this.lastWords + text).slice(-4000);
      if (process.env['TWINLENS_DEBUG']) process.stderr.write(text);
    });
    child.onMessage((message) => {
      this.receive(message);
    });
    child.onEnd((code, signal) => {
      this.lost(child, code, signal);
    });
    this.child = child;
    return child;
  }

  private receive(message: FromCompute): void {
    const pending = this.pending.get(message.id);
    if (!pending) return;
    switch (message.kind) {
      case 'progress':
        pending.progress(message.progress);
        return;
      case 'result':
        pending.resolve(message.result);
        return;
      case 'error':
        pending.reject(fromWireError(message.error));
        return;
      default:
        message satisfies never;
    }
  }

  private lost(child: ComputeChild, code: number | null, signal: string | null): void {
    if (this.child === child) this.child = null;
    const how = signal ? `it was ended by ${signal}` : `it ended with code ${code ?? 'unknown'}`;
    const memory = signal === 'SIGKILL' ? ' It may have run out of memory: a smaller batch or image size needs less.' : '';
    const error = new AppError(
      'compute-lost',
      `The compute process stopped unexpectedly (${how}).${memory} Nothing stored was lost; try again, or resume the run.`,
      {
        code,
        signal,
        stderr: this.lastWords,
      },
    );
    for (const pending of this.pending.values()) pending.reject(error);
    this.pending.clear();
  }
}
