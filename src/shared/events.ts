import type { Job } from './job.ts';
import type { EpochRow } from './run.ts';

export const CHANGED = [
  'datasets',
  'runs',
  'experiments',
  'encoders',
  'embeddings',
  'labels',
  'quality',
  'judgements',
  'comparisons',
  'whatIfs',
  'reports',
  'settings',
  'models',
] as const;

/** Stored data has changed: views that show it load it again. */
export interface Changed {
  what: (typeof CHANGED)[number];
  id: string | null; // null: any of them; of what-if edits: the comparison; of encoders, embeddings, quality and judgements on images: the data set
}

/** The row of an epoch that has ended: views of the run append it, without loading the run again. */
export interface EpochEnd {
  run: string;
  row: EpochRow; // `row.best`: it is the run's best epoch from now on
}

/** Progress of an explanation by a method of several passes. */
export interface Explaining {
  pair: string; // pairKey of the request
  done: number; // parts
  total: number;
}

/** Events that a screen receives. */
export interface Events {
  job: Job;
  changed: Changed;
  epoch: EpochEnd;
  explaining: Explaining;
  /** The desktop window is about to close while jobs run: the screen asks, and calls 'shell.close' or leaves it open. */
  closing: { jobs: number };
}
export type EventName = keyof Events;
export const EVENT_NAMES = ['job', 'changed', 'epoch', 'explaining', 'closing'] as const satisfies readonly EventName[];
