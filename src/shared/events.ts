import type { Changed } from './changed.ts';
import type { Job } from './job.ts';

/** What a screen hears without having asked. */
export interface Events {
  job: Job;
  changed: Changed;
  /** The desktop window is about to close while work goes on: the screen asks, and calls 'shell.close' or leaves it open. */
  closing: { jobs: number };
}
export type EventName = keyof Events;
export const EVENT_NAMES = ['job', 'changed', 'closing'] as const satisfies readonly EventName[];
