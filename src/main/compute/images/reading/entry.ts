import { parentPort, workerData } from 'node:worker_threads';
import { serveTasks } from '../../../rpc/serve-tasks.ts';
import { threadPort } from '../../../rpc/thread.ts';
import { PixelReader } from './pixel-reader.ts';
import { handlersOf } from './reader-handlers.ts';
import type { ReaderData, ReaderTasks } from './tasks.ts';

// The reader thread's program. An engine blocks the thread that calls it for a whole step; this thread decodes meanwhile.

const reader = new PixelReader(workerData as ReaderData);

serveTasks<ReaderTasks>(threadPort(parentPort!), handlersOf(reader), { onEnd: () => reader.close() });
