import type { Answer } from '../../shared/bridge.ts';
import { AppError, toWireError } from '../../shared/errors.ts';
import { decode, encode } from '../../shared/wire.ts';
import type { Connection, ConnectionEnd, Request, Response } from './messages.ts';
import { RunningTasks } from './running-tasks.ts';

/**
 * A connection to a served workbench. Each request is a POST; cancelling aborts it. Stacks of errors stay on the server. Without
 * a response the error is AppError 'offline'. The connection ends only by `end()`.
 */
export function connectHttp(origin: string, token: string): Connection {
  const running = new RunningTasks<number>();
  let reply = (_: Response): void => undefined;
  let notifyEnd = (_: ConnectionEnd): void => undefined;
  const ask = async ({ id, task, args }: Request & { kind: 'ask' }): Promise<void> => {
    try {
      const headers = { 'content-type': 'application/json' };
      const answer = await running.run(id, (signal) =>
        post(origin, token, `call/${encodeURIComponent(task)}`, { body: encode(args), headers, signal }),
      );
      reply(answer.ok ? { kind: 'result', id, result: answer.value } : { kind: 'error', id, error: answer.error, trace: null });
    } catch (error) {
      reply({ kind: 'error', id, error: toWireError(error), trace: null });
    }
  };
  const end = (): void => {
    running.cancelAll();
    notifyEnd({ code: null, signal: null, error: undefined });
  };
  return {
    send: (message) => {
      if (message.kind === 'ask') void ask(message);
      else if (message.kind === 'cancel') running.cancel(message.id);
    },
    onMessage: (listener) => (reply = listener),
    onEnd: (listener) => {
      const before = notifyEnd;
      notifyEnd = (end) => {
        before(end);
        listener(end);
      };
    },
    end,
    kill: end,
  };
}

export interface PostOptions {
  body: BodyInit;
  headers: Record<string, string>;
  signal?: AbortSignal;
}

/** Sends a POST to a Twinlens server. Throws AppError 'offline' without a valid response. */
export async function post(origin: string, token: string, address: string, { body, headers, signal }: PostOptions): Promise<Answer> {
  try {
    const init = { method: 'POST', body, duplex: 'half', headers: { ...headers, authorization: `Bearer ${token}` }, ...(signal ? { signal } : {}) };
    const response = await fetch(`${origin}/${address}`, init);
    return decode(await response.text()) as Answer;
  } catch (error) {
    const message = `${origin} does not answer. Check that "twinlens serve" and the connection to it are still running, and try again.`;
    throw new AppError('offline', message, { origin }, error);
  }
}
