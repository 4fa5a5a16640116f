import type { Job } from '../../shared/job.ts';

export interface OrderedJob {
  job: Job;
  waiting: boolean;
}

/** Puts active jobs before waiting ones. `running`: newest first. Of trainings only the oldest is active. */
export function orderJobs(running: readonly Job[]): OrderedJob[] {
  const trainings = running.filter(({ kind }) => kind === 'train').toReversed();
  const queued = trainings.slice(1);
  return [
    ...running.filter((job) => !queued.includes(job)).map((job) => ({ job, waiting: false })),
    ...queued.map((job) => ({ job, waiting: true })),
  ];
}
