import type { WireError } from '../../shared/errors.ts';

/** What a thread can be asked: a name for each task, with what it is given, what it answers and, where it says how far it is, what it tells. */
export type TaskTable<T> = { [N in keyof T]: { args: unknown; result: unknown; progress?: unknown } };
export type Told<T> = T extends { progress: infer P } ? P : never;

export type ToThread = { kind: 'ask'; id: number; task: string; args: unknown } | { kind: 'cancel'; id: number } | 'end';
export type FromThread = { id: number; result: unknown } | { id: number; error: WireError } | { id: number; progress: unknown };
