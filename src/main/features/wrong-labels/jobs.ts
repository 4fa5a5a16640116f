import type { EmbeddingSource } from '../../../shared/embedding-source.ts';
import { AppError } from '../../../shared/errors.ts';
import type { Job } from '../../../shared/job.ts';
import { labelProgressText } from '../../../shared/label-words.ts';
import type { EventHub } from '../../foundation/jobs/events.ts';
import type { JobContext, Jobs } from '../../foundation/jobs/jobs.ts';
import type { LabelChecks } from './label-checks.ts';
import type { LabelPorts } from './ports.ts';

export interface LabelJobPorts {
  jobs: Pick<Jobs, 'start' | 'isRunning'>;
  hub: Pick<EventHub, 'changed'>;
  datasets: LabelPorts['datasets'];
  labels: Pick<LabelChecks, 'check'>;
  /** Runs work that uses all cores in the queue of trainings. */
  inTrainingQueue<T>(job: JobContext, work: () => Promise<T>): Promise<T>;
}

/** Checks the labels of a data set as a job. Throws AppError 'not-found', and 'bad-request' while they are being checked. */
export function startLabelCheck(
  { jobs, hub, datasets, labels, inTrainingQueue }: LabelJobPorts,
  request: { dataset: string; source: EmbeddingSource },
): Job {
  const { dataset, name } = datasets.get(request.dataset);
  if (jobs.isRunning('labels', dataset)) throw new AppError('bad-request', `The labels of ${name} are being checked already.`, { dataset });
  return jobs.start({ kind: 'labels', title: `Checking the labels of ${name}`, subject: dataset }, (job) =>
    inTrainingQueue(job, async () => {
      await labels.check(dataset, request.source, {
        signal: job.signal,
        onProgress: (p) => job.progress({ done: p.done, total: p.total, text: labelProgressText(p) }),
      });
      hub.changed('labels', dataset);
      return { labels: dataset };
    }),
  );
}
