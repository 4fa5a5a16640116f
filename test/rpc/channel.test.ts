import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { Channel, type Loss, type Patience } from '../../src/main/rpc/channel.ts';
import type { Connection, Request, Response } from '../../src/main/rpc/messages.ts';
import { connectProcess } from '../../src/main/rpc/process.ts';
import { type ServeOptions, serveTasks } from '../../src/main/rpc/serve-tasks.ts';
import { connectThread } from '../../src/main/rpc/thread.ts';
import { AppError } from '../../src/shared/errors.ts';
import type { EchoTasks } from './echo-tasks.ts';

const entry = join(import.meta.dirname, 'echo-tasks.ts');
const CONNECTIONS: Record<string, () => Connection> = {
  'a thread': () => connectThread(entry, null),
  'a child process': () => connectProcess(process.execPath, entry, []),
};

const open: Channel<EchoTasks>[] = [];
function channelOver(connect: () => Connection, patience?: Patience): Channel<EchoTasks> {
  const lost = ({ code, unresponsive }: Loss): AppError =>
    new AppError('compute-lost', unresponsive ? 'It did not respond.' : `It ended with ${code ?? 'nothing'}.`);
  const channel = new Channel<EchoTasks>(connect, lost, patience);
  open.push(channel);
  return channel;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((channel) => channel.end()));
});

// Threads and child processes here run TypeScript as it is.
describe.skipIf(!process.features.typescript).each(Object.entries(CONNECTIONS))('a channel over %s', (_, connect) => {
  test('answers several concurrent requests with results and progress', async () => {
    const channel = channelOver(connect);
    const heard: number[] = [];
    const [text, numbers, size] = await Promise.all([
      channel.ask('count', { to: 3 }, { onProgress: (n) => heard.push(n) }),
      channel.ask('numbers', { length: 4 }),
      channel.ask('size', { values: new Float32Array(7) }),
    ]);
    expect([text, heard, numbers, size]).toEqual(['counted to 3', [1, 2, 3], new Float32Array([0, 1, 2, 3]), 7]);
  });

  test('keeps code, sentence and details of an error, and its stack and causes for the log', async () => {
    const channel = channelOver(connect);
    const known = await channel.ask('fail', { code: 'bad-image' }).catch((error: unknown) => error);
    expect(known).toMatchObject({ code: 'bad-image', message: 'It cannot be decoded.', details: { file: 'a.png' } });
    const unknown = (await channel.ask('fail', { code: null }).catch((error: unknown) => error)) as AppError;
    expect(unknown).toMatchObject({ code: 'internal', message: 'not a function' });
    expect((unknown.cause as Error).stack).toMatch(/TypeError: not a function[^]*echo-tasks\.ts[^]*Caused by: Error: the deeper reason/);
  });

  test('cancels the task; a request cancelled before is not sent', async () => {
    const channel = channelOver(connect);
    const controller = new AbortController();
    const waiting = channel.ask('wait', {}, { signal: controller.signal });
    await channel.ask('pid', {});
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' }); // not "the disk made a noise"
    await expect(channel.ask('pid', {}, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('fails all open requests when the other end dies, and reconnects for the next one', async () => {
    let connected = 0;
    const channel = channelOver(() => (connected++, connect()));
    const waiting = channel.ask('wait', {});
    const dying = channel.ask('die', { code: 7 });
    await expect(dying).rejects.toMatchObject({ code: 'compute-lost', message: 'It ended with 7.' });
    await expect(waiting).rejects.toMatchObject({ code: 'compute-lost' });
    expect(await channel.ask('size', { values: new Float32Array(2) })).toBe(2);
    expect(connected).toBe(2);
  });

  test('kills an end that is silent after a cancellation; a later request opens it again', async () => {
    const channel = channelOver(connect, { afterCancel: 200, idle: 60_000, afterEnd: 5_000 });
    await channel.ask('pid', {});
    const controller = new AbortController();
    const cancelled = channel.ask('block', { milliseconds: 60_000 }, { signal: controller.signal });
    const other = channel.ask('wait', {});
    controller.abort();
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    await expect(other).rejects.toMatchObject({ code: 'compute-lost', message: 'It did not respond.' });
    expect(await channel.ask('size', { values: new Float32Array(3) })).toBe(3);
  });

  test('does not kill an end that still sends progress after a cancellation', async () => {
    const channel = channelOver(connect, { afterCancel: 300, idle: 60_000, afterEnd: 5_000 });
    const pid = await channel.ask('pid', {});
    const controller = new AbortController();
    const slow = channel.ask('tick', { times: 10, everyMs: 100 }, { signal: controller.signal });
    controller.abort();
    expect(await slow).toBe(10);
    if (channel.pid !== undefined) expect(await channel.ask('pid', {})).toBe(pid);
  });

  test('does not kill an end that waits after a cancellation, but receives messages', async () => {
    const channel = channelOver(connect, { afterCancel: 600_000, idle: 1_500, afterEnd: 5_000 });
    const pid = await channel.ask('pid', {});
    const controller = new AbortController();
    const slow = channel.ask('tick', { times: 1, everyMs: 4_000 }, { signal: controller.signal });
    controller.abort();
    expect(await slow).toBe(1);
    expect(await channel.ask('pid', {})).toBe(pid);
  });

  test('kills an end that does not end', async () => {
    const channel = channelOver(connect, { afterCancel: 60_000, idle: 60_000, afterEnd: 200 });
    await channel.ask('pid', {});
    const blocked = channel.ask('block', { milliseconds: 60_000 }).catch((error: unknown) => (error as AppError).code);
    await channel.end();
    expect(await blocked).toBe('cancelled');
  });

  test('ends cleanly with open requests cancelled, and can be used again', async () => {
    const channel = channelOver(connect);
    const waiting = channel.ask('wait', {});
    const settled = waiting.catch((error: unknown) => (error as AppError).code);
    await channel.ask('pid', {});
    await channel.end();
    expect(await settled).toBe('cancelled');
    expect(await channel.ask('size', { values: new Float32Array(1) })).toBe(1);
  });
});

describe.skipIf(!process.features.typescript)('large results of a thread', () => {
  test('are moved, not copied: the thread no longer has them', async () => {
    const channel = channelOver(CONNECTIONS['a thread']!);
    expect((await channel.ask('numbers', { length: 1_000_000 })).length).toBe(1_000_000);
    expect(await channel.ask('left', {})).toBe(0);
  });

  test('a view of a part of a buffer is copied, and the rest stays with the thread', async () => {
    const channel = channelOver(CONNECTIONS['a thread']!);
    for (let i = 0; i < 2; i++) {
      const { whole, part } = await channel.ask('part', {});
      expect([whole, part]).toEqual([new Uint8Array([1, 2, 3]), new Uint8Array(4)]);
    }
  });
});

describe('the messages', () => {
  /** Both ends in this process, and every message between them. */
  function observed(options: ServeOptions = {}): { channel: Channel<EchoTasks>; messages: (Request | Response)[] } {
    const messages: (Request | Response)[] = [];
    let toServer = (_: Request): void => undefined;
    let toClient = (_: Response): void => undefined;
    serveTasks<Pick<EchoTasks, 'size' | 'fail'>>(
      {
        send: (message) => {
          messages.push(message);
          toClient(message);
        },
        onMessage: (listener) => (toServer = listener),
      },
      {
        size: ({ values }) => values.length,
        fail: () => {
          throw new Error('unexpected');
        },
      },
      options,
    );
    const channel = new Channel<EchoTasks>(
      () => ({
        send: (message) => {
          messages.push(message);
          toServer(message);
        },
        onMessage: (listener) => (toClient = listener),
        onEnd: () => undefined,
        end: () => undefined,
        kill: () => undefined,
      }),
      () => new AppError('internal', 'lost'),
    );
    return { channel, messages };
  }

  test('are one per direction for a request, with arrays passed by reference', async () => {
    const { channel, messages } = observed();
    const values = new Float32Array(100);
    await channel.ask('size', { values });
    expect(messages.map(({ kind }) => kind)).toEqual(['ask', 'result']);
    expect((messages[0] as { args: { values: Float32Array } }).args.values).toBe(values);
  });

  test('an error is reported at the server, with the failed task', async () => {
    const failed: [string, unknown][] = [];
    const { channel } = observed({ onError: (task, error) => failed.push([task, error]) });
    await expect(channel.ask('fail', { code: null })).rejects.toMatchObject({ code: 'internal' });
    expect(failed).toEqual([['fail', expect.objectContaining({ message: 'unexpected' })]]);
  });
});

// Only there the CPU time of another process can be read.
describe.skipIf(!process.features.typescript || process.platform !== 'linux')('a child process after a cancellation', () => {
  const connect = (): Connection => connectProcess(process.execPath, entry, []);

  test('is killed early if it is stopped', async () => {
    const channel = channelOver(connect, { afterCancel: 600_000, idle: 1_500, afterEnd: 5_000 });
    const pid = await channel.ask('pid', {});
    const controller = new AbortController();
    const cancelled = channel.ask('wait', {}, { signal: controller.signal });
    process.kill(pid, 'SIGSTOP');
    controller.abort();
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    expect(await channel.ask('pid', {})).not.toBe(pid);
  });

  test('is not killed while it computes, although it receives no message', async () => {
    const channel = channelOver(connect, { afterCancel: 600_000, idle: 1_500, afterEnd: 5_000 });
    const pid = await channel.ask('pid', {});
    const controller = new AbortController();
    const computing = channel.ask('compute', { milliseconds: 3_000 }, { signal: controller.signal });
    controller.abort();
    expect(await computing).toBe(null);
    expect(await channel.ask('pid', {})).toBe(pid);
  });
});
