import { type MessagePort, type ResourceLimits, Worker } from 'node:worker_threads';
import type { Connection, ServerPort } from './messages.ts';

/** Starts a worker thread. `entry`: its script; `data`: its workerData. Default `limits`: Node's. */
export function connectThread(entry: string, data: unknown, limits: ResourceLimits = {}): Connection {
  const worker = new Worker(entry, { workerData: data, resourceLimits: limits });
  worker.unref(); // the thread must not keep the process alive
  let error: unknown;
  worker.on('error', (thrown) => (error = thrown)); // 'exit' follows
  return {
    send: (message) => worker.postMessage(message),
    onMessage: (listener) => void worker.on('message', listener),
    onEnd: (listener) => void worker.once('exit', (code) => listener({ code, signal: null, error })),
    end: () => worker.postMessage({ kind: 'end' }),
    kill: () => void worker.terminate(),
  };
}

/** The server end in the thread. Transfers typed arrays in results instead of copying them. On 'end' the port closes and the thread stops. */
export function threadPort(port: MessagePort): ServerPort {
  return {
    send: (message) => port.postMessage(message, message.kind === 'result' ? transferable(message.result) : []),
    onMessage: (listener) =>
      void port.on('message', (message: Parameters<typeof listener>[0]) => {
        listener(message);
        if (message.kind === 'end') port.close();
      }),
  };
}

/** Buffers of the typed arrays in a result that span their whole buffer. A view of a part is copied. */
function transferable(result: unknown): ArrayBuffer[] {
  if (ArrayBuffer.isView(result))
    return result.buffer instanceof ArrayBuffer && result.byteLength === result.buffer.byteLength ? [result.buffer] : [];
  return typeof result === 'object' && result !== null && !Array.isArray(result) ? Object.values(result).flatMap(transferable) : [];
}
