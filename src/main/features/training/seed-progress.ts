import { seedPrefix } from '../../../shared/experiment-words.ts';
import type { JobProgress } from '../../../shared/job.ts';
import type { JobContext } from '../../foundation/jobs/jobs.ts';
import type { SeedStep } from './seeds.ts';

/** The progress of a job that trains several seeds: `done` and `total` count seeds, and `done` includes the fraction of the current one. */
export class SeedProgress {
  private readonly job: JobContext;
  private readonly now: () => number; // ms
  private readonly seedSeconds: number[] = []; // of the seeds that ended
  private current: { index: number; startedMs: number } | null = null;

  constructor(job: JobContext, now: () => number = () => performance.now()) {
    this.job = job;
    this.now = now;
  }

  /** The job as the training of one seed sees it. */
  contextOf(step: SeedStep): JobContext {
    if (this.current !== null) this.seedSeconds.push((this.now() - this.current.startedMs) / 1000);
    const startedMs = this.now();
    this.current = { index: step.index, startedMs };
    const { signal, setSubject, progress } = this.job;
    progress({ done: step.index, total: step.of, imagesPerSecond: null, secondsLeft: null });
    return {
      signal,
      setSubject: (subject) => setSubject(subject),
      progress: (p) => progress(this.inJob(p, step, (this.now() - startedMs) / 1000)),
    };
  }

  /** Only epochs have a time left; other steps of a seed leave `done` as it is. `elapsed`: seconds of this seed. */
  private inJob({ text, done, total, imagesPerSecond, secondsLeft }: Partial<JobProgress>, step: SeedStep, elapsed: number): Partial<JobProgress> {
    const { index, of } = step;
    const inEpochs = typeof secondsLeft === 'number' && typeof total === 'number' && total > 0;
    const ended = this.seedSeconds;
    const perSeed = ended.length > 0 ? ended.reduce((sum, s) => sum + s, 0) / ended.length : elapsed + (secondsLeft ?? 0);
    return {
      ...(text !== undefined && { text: seedPrefix(step) + text }),
      ...(imagesPerSecond !== undefined && { imagesPerSecond }),
      ...(secondsLeft !== undefined && { secondsLeft: secondsLeft === null ? null : secondsLeft + (of - index - 1) * perSeed }),
      ...(inEpochs && { done: index + (done ?? 0) / total }),
    };
  }
}
