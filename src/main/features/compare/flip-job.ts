import type { Job } from '../../../shared/job.ts';
import type { Jobs } from '../../foundation/jobs/jobs.ts';
import type { CompareService } from './service.ts';

/** Starts the flip test of a stored comparison. Throws AppError 'not-found' for an unknown one. */
export function startFlipTest(
  { jobs, compare }: { jobs: Pick<Jobs, 'start'>; compare: Pick<CompareService, 'get' | 'flips'> },
  comparison: string,
): Job {
  compare.get(comparison);
  return jobs.start({ kind: 'flip', title: 'Testing which parts decide a verdict', subject: comparison }, async ({ signal, progress }) => {
    progress({ done: 0, total: null, text: 'Reading the images' });
    const onProgress = ({ done, total }: { done: number; total: number }): void =>
      progress({ done, total, text: `Blurred copies: ${done} of at most ${total}` });
    await compare.flips.test(comparison, { signal, onProgress });
    return { comparison };
  });
}
