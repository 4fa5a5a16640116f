import type { Job } from './job.ts';
import type { EpochRow } from './run.ts';

export const CHANGED = ['datasets', 'runs', 'comparisons', 'reports', 'settings'] as const;

/** Something stored has changed: whoever shows it asks again. */
export interface Changed {
  what: (typeof CHANGED)[number];
  id: string | null; // null: any of them
}

/** The row that an epoch of a run ended with: whoever shows the run appends it, without asking for the run again. */
export interface EpochEnd {
  run: string;
  row: EpochRow; // `row.best`: it is the run's best epoch from now on
}

/** What a screen hears without having asked. */
export interface Events {
  job: Job;
  changed: Changed;
  epoch: EpochEnd;
  /** The desktop window is about to close while work goes on: the screen asks, and calls 'shell.close' or leaves it open. */
  closing: { jobs: number };
}
export type EventName = keyof Events;
export const EVENT_NAMES = ['job', 'changed', 'epoch', 'closing'] as const satisfies readonly EventName[];
