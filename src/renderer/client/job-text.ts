import { countText, durationText, NBSP } from '../../shared/format.ts';
import type { Job } from '../../shared/job.ts';

/** Progress of a job, 0..1; null while unknown. */
export function jobShare({ progress: { done, total } }: Job): number | null {
  return total === null || total <= 0 ? null : Math.min(1, Math.max(0, done / total));
}

/** Current step, speed and time left of a job; or how it ended. `elapsed`: seconds since the job reported the time left. */
export function jobText(job: Job, elapsed = 0): string {
  const { text, done, total, imagesPerSecond, secondsLeft } = job.progress;
  switch (job.status) {
    case 'running': {
      const count = total === null ? '' : `${countText(done)} of ${countText(total)}`;
      return [
        text || count,
        imagesPerSecond ? `${countText(Math.round(imagesPerSecond))}${NBSP}images/s` : '',
        secondsLeft === null || secondsLeft <= elapsed ? '' : `${durationText(Math.max(1, Math.round(secondsLeft - elapsed)))} left`,
      ]
        .filter(Boolean)
        .join(' · ');
    }
    case 'done':
      return `done in ${durationText(((job.finishedMs ?? job.startedMs) - job.startedMs) / 1000)}`;
    case 'failed':
      return `failed: ${job.error?.message ?? ''}`;
    case 'cancelled':
      return 'cancelled';
  }
}
