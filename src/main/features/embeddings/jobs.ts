import type { EmbeddingSource } from '../../../shared/embedding-source.ts';
import { embeddingProgressText } from '../../../shared/embedding-words.ts';
import { AppError } from '../../../shared/errors.ts';
import type { Job, JobProgress } from '../../../shared/job.ts';
import type { EmbedProgress } from '../../compute/protocol/embeddings.ts';
import type { DatasetStore } from '../../db/datasets.ts';
import type { EventHub } from '../../foundation/jobs/events.ts';
import type { JobContext, Jobs } from '../../foundation/jobs/jobs.ts';
import type { EmbeddingDevice, Embeddings } from './embeddings.ts';

/** A further part of the analysis of a data set, after its embeddings. */
export interface AnalysisStep {
  /** Throws AppError 'cancelled'. What is done stays. */
  run(about: { dataset: string; source: EmbeddingSource }, job: Pick<JobContext, 'signal' | 'progress'>): Promise<unknown>;
}

export interface AnalysisPorts {
  jobs: Pick<Jobs, 'start' | 'isRunning'>;
  hub: Pick<EventHub, 'changed'>;
  datasets: Pick<DatasetStore, 'header'>;
  embeddings: Pick<Embeddings, 'ensure'>;
  steps: readonly AnalysisStep[];
  /** Runs work that uses all cores in the queue of trainings. */
  inTrainingQueue<T>(job: JobContext, work: () => Promise<T>): Promise<T>;
}

/**
 * Analyses a data set as a job: embeddings, neighbours, then the further steps. A job that follows a cancelled one continues where that one stopped. Throws AppError
 * 'not-found', and 'bad-request' while the same data set is being analysed.
 */
export function startAnalysis(ports: AnalysisPorts, request: { dataset: string; source: EmbeddingSource; on: EmbeddingDevice }): Job {
  const { jobs, hub, datasets, embeddings, steps, inTrainingQueue } = ports;
  const { dataset, name } = datasets.header(request.dataset);
  if (jobs.isRunning('embed', dataset)) throw new AppError('bad-request', `${name} is being analysed already.`, { dataset });
  return jobs.start({ kind: 'embed', title: `Analysing ${name}`, subject: dataset }, (job) =>
    inTrainingQueue(job, async () => {
      const { signal } = job;
      const progress = new StageProgress(performance.now());
      job.progress({ text: 'Opening the network' });
      await embeddings.ensure(dataset, request.source, {
        ...{ signal, on: request.on, again: true },
        onProgress: (p) => job.progress(progress.at(p, performance.now())),
      });
      hub.changed('embeddings', dataset);
      for (const step of steps) await step.run({ dataset, source: request.source }, job);
      return { embeddings: dataset };
    }),
  );
}

/** Speed and time left of the current stage, from its beginning. */
export class StageProgress {
  private stage: EmbedProgress['stage'] | null = null;
  private beganMs: number; // of the stage: the end of the one before
  private lastMs: number;

  constructor(nowMs: number) {
    this.beganMs = this.lastMs = nowMs;
  }

  at(p: EmbedProgress, nowMs: number): Partial<JobProgress> {
    if (p.stage !== this.stage) [this.stage, this.beganMs] = [p.stage, this.lastMs];
    this.lastMs = nowMs;
    const seconds = (nowMs - this.beganMs) / 1000;
    const speed = seconds > 0 ? p.done / seconds : 0;
    return {
      ...{ done: p.done, total: p.total, text: embeddingProgressText(p) },
      imagesPerSecond: speed > 0 ? speed : null,
      secondsLeft: speed > 0 ? (p.total - p.done) / speed : null,
    };
  }
}
