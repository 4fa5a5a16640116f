import { AppError, toWireError } from '../../shared/errors.ts';
import type { ProgressOf, Response, ServerPort, TaskTable } from './messages.ts';
import { RunningTasks } from './running-tasks.ts';
import { traceOf } from '../../shared/trace.ts';

export interface TaskContext<T> {
  signal: AbortSignal;
  progress(p: ProgressOf<T>): void;
}

/** One function for each task of a table. */
export type TaskHandlers<T extends TaskTable<T>> = {
  [N in keyof T]: (args: T[N]['args'], context: TaskContext<T[N]>) => T[N]['result'] | Promise<T[N]['result']>;
};

export interface ServeOptions {
  /** Called when the client ends the channel, to release resources of the tasks. */
  onEnd?: () => void;
  onDone?: (task: string, milliseconds: number) => void;
  /** Called when a task fails, unless it was cancelled. */
  onError?: (task: string, error: unknown) => void;
}

const ALIVE_MS = 500;

/** Serves a channel: runs tasks until it receives 'end'. */
export function serveTasks<T extends TaskTable<T>>(port: ServerPort, handlers: TaskHandlers<T>, { onEnd, onDone, onError }: ServeOptions = {}): void {
  const running = new RunningTasks<number>();
  const aliveTimers = new Map<number, NodeJS.Timeout>();
  const cancel = (id: number): void => {
    if (running.cancel(id) && !aliveTimers.has(id)) {
      aliveTimers.set(
        id,
        setInterval(() => port.send({ kind: 'alive', id }), ALIVE_MS),
      );
    }
  };
  const answer = async (id: number, task: string, args: unknown): Promise<Response> => {
    const progress = (p: unknown): void => port.send({ kind: 'progress', id, progress: p });
    const startMs = performance.now();
    try {
      const result: unknown = await running.run(id, (signal) => handlers[task as keyof T](args, { signal, progress }));
      onDone?.(task, Math.round(performance.now() - startMs));
      return { kind: 'result', id, result };
    } catch (error) {
      const cancelled = error instanceof AppError && error.code === 'cancelled';
      if (!cancelled) onError?.(task, error);
      return { kind: 'error', id, error: toWireError(error), trace: cancelled ? null : traceOf(error) };
    } finally {
      clearInterval(aliveTimers.get(id));
      aliveTimers.delete(id);
    }
  };
  port.onMessage((message) => {
    switch (message.kind) {
      case 'ask':
        void answer(message.id, message.task, message.args).then((response) => port.send(response));
        return;
      case 'cancel':
        cancel(message.id);
        return;
      case 'end':
        onEnd?.();
        return;
      default:
        message satisfies never;
    }
  });
}
