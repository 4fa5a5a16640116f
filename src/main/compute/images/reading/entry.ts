import { parentPort, workerData } from 'node:worker_threads';
import { serveTasks } from '../../../rpc/serve-tasks.ts';
import { threadPort } from '../../../rpc/thread.ts';
import { PixelReader } from './pixel-reader.ts';
import type { ReaderData, ReaderTasks } from './tasks.ts';

// The reader thread's program. An engine blocks the thread that calls it for a whole step; this thread decodes meanwhile.

const reader = new PixelReader(workerData as ReaderData);

serveTasks<ReaderTasks>(
  threadPort(parentPort!),
  {
    decode: ({ images, rows }, { signal }) => reader.decode(images, rows, signal),
    findUncached: ({ sha256s }) => reader.findUncached(sha256s),
    decodeToCache: async ({ images }, { signal }) => {
      await reader.decodeToCache(images, signal);
      return null;
    },
    flush: () => {
      reader.flush();
      return null;
    },
    batch: ({ images, streams }) => reader.batch(images, streams),
  },
  { onEnd: () => reader.close() },
);
