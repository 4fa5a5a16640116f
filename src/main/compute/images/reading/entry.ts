import { parentPort, workerData } from 'node:worker_threads';
import { serveTasks } from '../../../rpc/serve-tasks.ts';
import { threadPort } from '../../../rpc/thread.ts';
import { PixelReader } from './pictures.ts';
import type { ReaderData, ReaderTasks } from './tasks.ts';

// The reader thread's program. An engine blocks the thread that calls it for a whole step; this thread decodes meanwhile.

const pictures = new PixelReader(workerData as ReaderData);

serveTasks<ReaderTasks>(
  threadPort(parentPort!),
  {
    decode: ({ images, rows }, { signal }) => pictures.decode(images, rows, signal),
    missing: ({ sha256s }) => pictures.missing(sha256s),
    keep: async ({ images }, { signal }) => {
      await pictures.keep(images, signal);
      return null;
    },
    flush: () => {
      pictures.flush();
      return null;
    },
    batch: ({ images, streams }) => pictures.batch(images, streams),
  },
  { onEnd: () => pictures.close() },
);
