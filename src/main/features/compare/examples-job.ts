import type { Job } from '../../../shared/job.ts';
import { countText } from '../../../shared/format.ts';
import { runNumber } from '../../../shared/run-words.ts';
import type { Jobs } from '../../foundation/jobs/jobs.ts';
import type { Examples } from './examples.ts';

/** Reads the labelled images of a run, so that examples can be found. Returns the running job if there is one. */
export function readExamplesAsJob({ jobs, examples }: { jobs: Pick<Jobs, 'start' | 'list'>; examples: Pick<Examples, 'read'> }, run: string): Job {
  const running = jobs.list().find((job) => job.status === 'running' && job.kind === 'examples' && job.subject === run);
  if (running) return running;
  return jobs.start(
    { kind: 'examples', title: `Reading the labelled images for run ${runNumber(run)}`, subject: run },
    async ({ signal, progress }) => {
      await examples.read(run, {
        signal,
        onProgress: ({ done, total }) => progress({ done, total, text: `Reading images: ${countText(done)} of ${countText(total)}` }),
      });
      return null;
    },
  );
}
