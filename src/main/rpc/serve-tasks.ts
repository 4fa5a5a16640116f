import type { MessagePort } from 'node:worker_threads';
import { toWireError } from '../../shared/errors.ts';
import type { FromThread, TaskTable, Told, ToThread } from './tasks.ts';

export type Work<T extends TaskTable<T>> = {
  [N in keyof T]: (args: T[N]['args'], signal: AbortSignal, tell: (p: Told<T[N]>) => void) => T[N]['result'] | Promise<T[N]['result']>;
};

/** The far side of a TaskThread: carries out what is asked until it is told to end. Typed arrays in an answer are handed over, not copied. */
export function serveTasks<T extends TaskTable<T>>(port: MessagePort, work: Work<T>, close: () => void): void {
  const controllers = new Map<number, AbortController>();
  const answer = async ({ id, task, args }: { id: number; task: string; args: unknown }): Promise<FromThread> => {
    const controller = new AbortController();
    controllers.set(id, controller);
    try {
      const tell = (progress: unknown): void => port.postMessage({ id, progress } satisfies FromThread);
      return { id, result: await work[task as keyof T](args as never, controller.signal, tell) };
    } catch (error) {
      return { id, error: toWireError(error) };
    } finally {
      controllers.delete(id);
    }
  };
  port.on('message', (message: ToThread) => {
    if (message === 'end') {
      close();
      port.close();
    } else if (message.kind === 'cancel') controllers.get(message.id)?.abort();
    else void answer(message).then((said) => port.postMessage(said, 'result' in said ? handedOver(said.result) : []));
  });
}

/** Buffers of the arrays in an answer that are whole: a part of a larger one stays where it is. */
function handedOver(result: unknown): ArrayBuffer[] {
  if (ArrayBuffer.isView(result))
    return result.buffer instanceof ArrayBuffer && result.byteLength === result.buffer.byteLength ? [result.buffer] : [];
  return typeof result === 'object' && result !== null && !Array.isArray(result) ? Object.values(result).flatMap(handedOver) : [];
}
