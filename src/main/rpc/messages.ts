import type { WireError } from '../../shared/errors.ts';

/** The tasks of a channel by name: arguments, result, and progress if the task reports any. */
export type TaskTable<T> = { [N in keyof T]: { args: unknown; result: unknown; progress?: unknown } };
export type ProgressOf<T> = T extends { progress: infer P } ? P : never;

/** From the asking end of a channel. Ids are the asking end's own. */
export type Request = { kind: 'ask'; id: number; task: string; args: unknown } | { kind: 'cancel'; id: number } | { kind: 'end' };

/** From the answering end. `trace`: the error's stack and causes, for the log; null where the other end may be another machine. */
export type Response =
  | { kind: 'result'; id: number; result: unknown }
  | { kind: 'error'; id: number; error: WireError; trace: string | null }
  | { kind: 'progress'; id: number; progress: unknown };

export interface ConnectionEnd {
  code: number | null; // exit code of a thread or process
  signal: string | null; // that ended a process
  error: unknown; // thrown by a thread; else undefined
}

/** The asking end, whatever carries the messages: thread, child process, Electron utility process, HTTP. */
export interface Connection {
  readonly pid?: number | undefined;
  /** After the end: does nothing. */
  send(message: Request): void;
  onMessage(listener: (message: Response) => void): void;
  /** Called once, also where it could not be started. */
  onEnd(listener: (end: ConnectionEnd) => void): void;
  /** Asks the other end to stop. */
  end(): void;
  /** Ends a process or thread that does not react. Over HTTP it ends the connection only. */
  kill(): void;
}

/** The answering end. */
export interface ServerPort {
  send(message: Response): void;
  onMessage(listener: (message: Request) => void): void;
}
