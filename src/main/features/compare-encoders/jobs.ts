import { encoderProgressText } from '../../../shared/encoder-comparison-words.ts';
import { AppError } from '../../../shared/errors.ts';
import type { Job } from '../../../shared/job.ts';
import type { EventHub } from '../../foundation/jobs/events.ts';
import type { JobContext, Jobs } from '../../foundation/jobs/jobs.ts';
import type { ComparisonRequest, EncoderComparisons, EncoderProgress } from './encoder-comparisons.ts';
import type { EncoderPorts } from './ports.ts';

export interface EncoderJobPorts {
  jobs: Pick<Jobs, 'start' | 'isRunning'>;
  hub: Pick<EventHub, 'changed'>;
  datasets: Pick<EncoderPorts['datasets'], 'get'>;
  comparisons: Pick<EncoderComparisons, 'compare'>;
  /** Runs work that uses all cores in the queue of trainings, so that neither slows the other, nor the measured time of an image. */
  inTrainingQueue<T>(job: JobContext, work: () => Promise<T>): Promise<T>;
}

/** Compares encoders as a job. Throws AppError 'not-found', and 'bad-request' while the same data set is being compared. */
export function startEncoderComparison({ jobs, hub, datasets, comparisons, inTrainingQueue }: EncoderJobPorts, request: ComparisonRequest): Job {
  const { dataset, name } = datasets.get(request.dataset);
  if (jobs.isRunning('encoders', dataset)) throw new AppError('bad-request', `Encoders are being compared on ${name} already.`, { dataset });
  return jobs.start({ kind: 'encoders', title: `Comparing encoders on ${name}`, subject: dataset }, (job) =>
    inTrainingQueue(job, async () => {
      const onProgress = (p: EncoderProgress): void => job.progress(progressOf(p));
      const { comparison } = await comparisons.compare({ ...request, dataset }, { signal: job.signal, onProgress });
      hub.changed('encoders', dataset);
      return { encoders: comparison };
    }),
  );
}

/** In parts of the whole: each encoder, and ranking them, is one. */
function progressOf(p: EncoderProgress): Parameters<JobContext['progress']>[0] {
  const share = p.total === 0 ? 0 : p.done / p.total;
  const before = p.encoder === null ? p.count : p.position - 1;
  return { done: Math.round(100 * (before + share)), total: 100 * (p.count + 1), text: encoderProgressText(p) };
}
