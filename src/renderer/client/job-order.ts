import type { Job } from '../../shared/job.ts';

export interface OrderedJob {
  job: Job;
  waits: boolean;
}

/** Work that goes on, given newest first: what is being done comes before what waits. Trainings take turns, the oldest first. */
export function orderJobs(running: readonly Job[]): OrderedJob[] {
  const trainings = running.filter(({ kind }) => kind === 'train').toReversed();
  const waiting = trainings.slice(1);
  return [...running.filter((job) => !waiting.includes(job)).map((job) => ({ job, waits: false })), ...waiting.map((job) => ({ job, waits: true }))];
}
