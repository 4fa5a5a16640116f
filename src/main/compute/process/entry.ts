import { AppError, toWireError } from '../../../shared/errors.ts';
import { handlers } from './handlers.ts';
import type { CallName, FromCompute, ToCompute } from '../protocol/protocol.ts';

/** The compute process: answers main's questions until main goes away. It alone decodes images and runs networks. */
const cancels = new Map<number, AbortController>();

/** The line to main, where this is a utility process of Electron's (Windows and macOS) and not a child of plain Node. */
interface ParentPort {
  postMessage(message: FromCompute): void;
  on(event: 'message', listener: (event: { data: ToCompute }) => void): void;
}
const { parentPort } = process as NodeJS.Process & { parentPort?: ParentPort };

function send(message: FromCompute): void {
  if (parentPort) parentPort.postMessage(message);
  else if (process.connected) process.send?.(message);
}

async function answer(id: number, call: CallName, args: unknown): Promise<void> {
  const controller = new AbortController();
  cancels.set(id, controller);
  try {
    const handler = handlers[call] as (args: unknown, context: { signal: AbortSignal; progress(p: unknown): void }) => Promise<unknown>;
    const progress = (p: unknown): void => {
      send({ kind: 'progress', id, progress: p });
    };
    const result = await handler(args, { signal: controller.signal, progress });
    send({ kind: 'result', id, result });
  } catch (error) {
    // Whatever a cancelled call tripped over, the person asked for it to end.
    const shown = controller.signal.aborted ? new AppError('cancelled', 'Cancelled.') : error;
    if (!(shown instanceof AppError)) process.stderr.write(`${shown instanceof Error ? (shown.stack ?? shown.message) : String(shown)}\n`);
    send({ kind: 'error', id, error: toWireError(shown) });
  } finally {
    cancels.delete(id);
  }
}

function hear(message: ToCompute): void {
  switch (message.kind) {
    case 'ask':
      void answer(message.id, message.call, message.args);
      return;
    case 'cancel':
      cancels.get(message.id)?.abort();
      return;
    default:
      message satisfies never;
  }
}

if (parentPort) {
  parentPort.on('message', ({ data }) => {
    hear(data);
  });
} else {
  process.on('message', hear);
  process.on('disconnect', () => process.exit(0));
}
