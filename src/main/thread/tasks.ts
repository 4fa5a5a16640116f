import type { WireError } from '../../shared/errors.ts';

/** What a thread can be asked: a name for each task, with what it is given and what it answers. */
export type TaskTable<T> = { [N in keyof T]: { args: unknown; result: unknown } };

export type ToThread = { kind: 'ask'; id: number; task: string; args: unknown } | { kind: 'cancel'; id: number } | 'end';
export type FromThread = { id: number; result: unknown } | { id: number; error: WireError };
