import { AppError, fromWireError } from '../../shared/errors.ts';
import type { Job, JobKind } from '../../shared/job.ts';
import { api } from './api.ts';
import { jobText } from './job-text.ts';
import { orderJobs } from './job-order.ts';
import { toast } from './toasts.svelte.ts';

type JobListener = (job: Job) => void;

/** All jobs that run or have ended since the workbench started, newest first. */
class JobsState {
  list = $state.raw<Job[]>([]);
  readonly running = $derived(this.list.filter((job) => job.status === 'running'));
  readonly ordered = $derived(orderJobs(this.running));
  readonly ended = $derived(this.list.filter((job) => job.status !== 'running'));
  private nowMs = $state(Date.now());
  private readonly receivedMs = new WeakMap<Job, number>(); // every report of a job is another object
  private readonly endListeners = new Set<JobListener>();

  /** Loads the list, also after a lost connection. */
  async load(): Promise<void> {
    for (const job of (await api.call('jobs.list', {})).reverse())
      this.update(
        job,
        this.list.some((known) => known.job === job.job),
      );
  }

  listen(): void {
    api.on('job', (job) => this.update(job));
  }

  /** Called every second while jobs run, so that the time left counts down between two reports. */
  tick(): void {
    this.nowMs = Date.now();
  }

  /** Current step, speed and time left of a job; or how it ended. */
  textOf(job: Job): string {
    return jobText(job, Math.max(0, this.nowMs - (this.receivedMs.get(job) ?? this.nowMs)) / 1000);
  }

  of(kind: JobKind, subject: string | null): Job | null {
    return this.list.find((job) => job.kind === kind && (subject === null || job.subject === subject)) ?? null;
  }

  /** The error of the newest job of this kind on the subject, if that job failed; else null. */
  errorOf(kind: JobKind, subject: string): AppError | null {
    const job = this.of(kind, subject);
    return job?.status === 'failed' && job.error ? fromWireError(job.error) : null;
  }

  /** Calls the listener once for each job that ends. Returns the unsubscribe function. */
  onEnd(listener: JobListener): () => void {
    this.endListeners.add(listener);
    return () => this.endListeners.delete(listener);
  }

  /** The job's result, once it is done. Throws its error, or AppError 'cancelled'. */
  async result(started: Job): Promise<Record<string, string>> {
    this.update(this.list.find(({ job }) => job === started.job) ?? started);
    const current = this.list.find(({ job }) => job === started.job)!;
    const ended =
      current.status !== 'running'
        ? current
        : await new Promise<Job>((resolve) => {
            const stop = this.onEnd((job) => {
              if (job.job !== started.job) return;
              stop();
              resolve(job);
            });
          });
    if (ended.status === 'failed' && ended.error) throw fromWireError(ended.error);
    if (ended.status === 'cancelled') throw new AppError('cancelled', 'Cancelled.');
    return ended.result ?? {};
  }

  async cancel(id: string): Promise<void> {
    try {
      await api.call('jobs.cancel', { job: id });
    } catch (error) {
      toast.error(error);
    }
  }

  async dismiss(id: string): Promise<void> {
    this.list = this.list.filter((job) => job.job !== id);
    await api.call('jobs.dismiss', { job: id }).catch(() => undefined); // another window dismissed it first
  }

  /** `notify`: whether to call the end listeners; false for jobs that ended before this window opened. */
  private update(job: Job, notify = true): void {
    const before = this.list.find((known) => known.job === job.job);
    if (before !== job) this.receivedMs.set(job, Date.now());
    this.list = before ? this.list.map((known) => (known === before ? job : known)) : [job, ...this.list];
    if (notify && job.status !== 'running' && before?.status !== job.status) for (const listener of this.endListeners) listener(job);
  }
}

export const jobs = new JobsState();
