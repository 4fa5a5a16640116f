import type { WireError } from '../../shared/errors.ts';

/** The tasks of a channel by name: arguments, result, and progress if the task reports any. */
export type TaskTable<T> = { [N in keyof T]: { args: unknown; result: unknown; progress?: unknown } };
export type ProgressOf<T> = T extends { progress: infer P } ? P : never;

/** From the client of a channel, which assigns the ids. */
export type Request = { kind: 'ask'; id: number; task: string; args: unknown } | { kind: 'cancel'; id: number } | { kind: 'end' };

/**
 * From the server. `alive`: every 500 ms after a cancellation, until the task ends. `trace`: the error's stack and causes, for the log;
 * null if the server may be another machine.
 */
export type Response =
  | { kind: 'result'; id: number; result: unknown }
  | { kind: 'error'; id: number; error: WireError; trace: string | null }
  | { kind: 'progress'; id: number; progress: unknown }
  | { kind: 'alive'; id: number };

export interface ConnectionEnd {
  code: number | null; // exit code of a thread or process
  signal: string | null; // signal that ended a process
  error: unknown; // uncaught error of a thread, else undefined
}

/** The client end over any transport: thread, child process, Electron utility process, HTTP. */
export interface Connection {
  readonly pid?: number | undefined;
  /** Does nothing after the end. */
  send(message: Request): void;
  onMessage(listener: (message: Response) => void): void;
  /** Called once, also if the server could not be started. */
  onEnd(listener: (end: ConnectionEnd) => void): void;
  /** Asks the server to stop. */
  end(): void;
  /** Kills a process or thread that does not react. Over HTTP it only ends the connection. */
  kill(): void;
}

/** The server end. */
export interface ServerPort {
  send(message: Response): void;
  onMessage(listener: (message: Request) => void): void;
}
