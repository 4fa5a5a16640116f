import { fork } from 'node:child_process';
import type { Connection, Request, Response, ServerPort } from './messages.ts';

/** A connection to a child process. */
export interface ProcessConnection extends Connection {
  onStderr(listener: (text: string) => void): void;
}

/** Starts `entry` under the Node executable `node`. Messages use V8's serialization, which copies typed arrays without JSON. */
export function connectProcess(node: string, entry: string, args: readonly string[]): ProcessConnection {
  const child = fork(entry, args, {
    execPath: node,
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    detached: process.platform !== 'win32', // so that Ctrl-C in a terminal reaches only main, which cancels jobs first
  });
  return {
    get pid() {
      return child.pid;
    },
    send: (message) => {
      if (child.connected) child.send(message, () => undefined); // 'exit' reports a broken channel
    },
    onMessage: (listener) => void child.on('message', listener),
    onStderr: (listener) => void child.stderr?.on('data', (chunk: Buffer) => listener(chunk.toString())),
    onEnd: (listener) => {
      let called = false;
      const once = (code: number | null, signal: string | null): void => {
        if (!called) listener({ code, signal, error: undefined });
        called = true;
      };
      child.on('exit', once).on('error', () => once(null, null));
    },
    end: () => {
      if (child.connected) child.disconnect();
    },
    kill: () => void child.kill('SIGKILL'), // also ends a stopped process (SIGSTOP)
  };
}

/** Electron's utility processes have one (Windows and macOS); child processes of plain Node do not. */
interface ParentPort {
  postMessage(message: Response): void;
  on(event: 'message', listener: (event: { data: Request }) => void): void;
}

/** The server end in the child process. `onEnd`: called when main has disconnected. */
export function processPort(onEnd: () => void): ServerPort {
  const { parentPort } = process as NodeJS.Process & { parentPort?: ParentPort };
  if (parentPort) {
    return {
      send: (message) => parentPort.postMessage(message),
      onMessage: (listener) => parentPort.on('message', ({ data }) => listener(data)),
    };
  }
  process.on('disconnect', onEnd);
  return {
    send: (message) => {
      if (process.connected) process.send?.(message);
    },
    onMessage: (listener) => void process.on('message', listener),
  };
}
