// The server end of a test's channel: in a thread if it has a parent port, else in a child process.
import { parentPort } from 'node:worker_threads';
import { processPort } from '../../src/main/rpc/process.ts';
import { serveTasks, type TaskHandlers } from '../../src/main/rpc/serve-tasks.ts';
import { threadPort } from '../../src/main/rpc/thread.ts';
import { AppError } from '../../src/shared/errors.ts';

export interface EchoTasks {
  numbers: { args: { length: number }; result: Float32Array };
  /** Bytes of the last result's buffer that this end still has: 0 after it was moved. */
  left: { args: object; result: number };
  part: { args: object; result: { whole: Uint8Array; part: Uint8Array } };
  size: { args: { values: Float32Array }; result: number };
  count: { args: { to: number }; result: string; progress: number };
  wait: { args: object; result: null };
  fail: { args: { code: string | null }; result: never };
  die: { args: { code: number }; result: never };
  pid: { args: object; result: number };
  /** Reports progress at an interval and ignores cancellation. */
  tick: { args: { times: number; everyMs: number }; result: number; progress: number };
  /** Blocks this end, so that it receives no message. */
  block: { args: { milliseconds: number }; result: null };
  /** As `block`, with CPU time. */
  compute: { args: { milliseconds: number }; result: null };
}

let last = new Float32Array();
const buffer = new Uint8Array(16);

const handlers: TaskHandlers<EchoTasks> = {
  numbers: ({ length }) => (last = Float32Array.from({ length }, (_, i) => i)),
  left: () => last.buffer.byteLength,
  part: () => ({ whole: new Uint8Array([1, 2, 3]), part: buffer.subarray(4, 8) }),
  size: ({ values }) => values.length,
  count: ({ to }, { progress }) => {
    for (let i = 1; i <= to; i++) progress(i);
    return `counted to ${to}`;
  },
  wait: (_, { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('the disk made a noise')));
    }),
  fail: ({ code }) => {
    if (code === null) throw new TypeError('not a function', { cause: new Error('the deeper reason') });
    throw new AppError('bad-image', 'It cannot be decoded.', { file: 'a.png' });
  },
  die: ({ code }) => process.exit(code),
  pid: () => process.pid,
  tick: async ({ times, everyMs }, { progress }) => {
    for (let i = 1; i <= times; i++) {
      await new Promise((done) => setTimeout(done, everyMs));
      progress(i);
    }
    return times;
  },
  compute: ({ milliseconds }) => {
    const endMs = performance.now() + milliseconds;
    while (performance.now() < endMs);
    return null;
  },
  block: ({ milliseconds }) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
    return null;
  },
};

serveTasks(parentPort ? threadPort(parentPort) : processPort(() => process.exit(0)), handlers);
