import type { TaskHandlers } from '../../../rpc/serve-tasks.ts';
import type { PixelReader } from './pixel-reader.ts';
import type { ReaderTasks } from './tasks.ts';

/** The tasks of a reader. */
export const handlersOf = (reader: PixelReader): TaskHandlers<ReaderTasks> => ({
  decode: ({ images }, { signal }) => reader.decode(images, signal),
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
});
