import type { WireError } from './errors.ts';

export const JOB_KINDS = [
  'import',
  'sample',
  'train',
  'evaluate',
  'report',
  'export',
  'doctor',
  'rank',
  'maps',
  'check',
  'examples',
  'flip',
  'randomise',
  'structure',
  'fetch',
  'add-model',
  'encoders',
  'embed',
  'image-map',
  'labels',
  'search',
] as const;
export type JobKind = (typeof JOB_KINDS)[number];
export type JobStatus = 'running' | 'done' | 'failed' | 'cancelled';

export interface JobProgress {
  done: number;
  total: number | null; // null: not known yet
  text: string; // current step: "Epoch 3 of 40"
  imagesPerSecond: number | null;
  secondsLeft: number | null;
}

/** Work that takes longer than half a second. Each event carries the whole job, so a lost event does no harm. */
export interface Job {
  job: string; // id
  kind: JobKind;
  title: string; // "Training on flowers"
  subject: string | null; // id of the data set, run or report that it is about
  status: JobStatus;
  progress: JobProgress;
  startedMs: number;
  finishedMs: number | null;
  error: WireError | null; // of a failed job
  result: Record<string, string> | null; // ids and files that a done job made: { dataset }, { run }, { file }
}
