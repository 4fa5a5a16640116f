import { setTimeout as wait } from 'node:timers/promises';
import { AppError, asAppError } from '../../../shared/errors.ts';
import type { Job, JobKind, JobProgress } from '../../../shared/job.ts';
import { log } from '../log/log.ts';
import { reportError } from '../log/report-error.ts';
import type { EventHub } from './events.ts';

const MAX_ENDED = 100; // ended jobs in the list
const EVENT_MS = 100; // minimum time between two progress events of a job; the last event of a burst is delayed, not dropped

export interface JobStart {
  kind: JobKind;
  title: string;
  subject: string | null;
}

export interface JobContext {
  signal: AbortSignal;
  progress(p: Partial<JobProgress>): void;
  /** Sets the run, data set or report of the job, once it is known. */
  setSubject(subject: string): void;
}

/** The reason of an abort because the program ends: work that can be resumed is interrupted, not cancelled. */
export const CLOSING = new AppError('cancelled', 'Twinlens was closed.');

const CLOSE_MS = 1_000; // longest wait for jobs; the caller then ends their processes

type Work = (context: JobContext) => Promise<Record<string, string> | null>;

interface RunningJob {
  controller: AbortController;
  ended: Promise<void>;
}

const NO_PROGRESS: JobProgress = { done: 0, total: null, text: '', imagesPerSecond: null, secondsLeft: null };

/** Starts, announces and cancels jobs. A job ends as done, failed or cancelled. Each event contains the whole job. */
export class Jobs {
  private readonly hub: EventHub;
  private readonly jobs = new Map<string, Job>();
  private readonly running = new Map<string, RunningJob>();
  private count = 0;

  constructor(hub: EventHub) {
    this.hub = hub;
  }

  /** Starts the work and returns immediately. */
  start(start: JobStart, work: Work): Job {
    const id = `j${++this.count}`;
    const controller = new AbortController();
    this.jobs.set(id, {
      ...start,
      job: id,
      status: 'running',
      progress: NO_PROGRESS,
      startedMs: Date.now(),
      finishedMs: null,
      error: null,
      result: null,
    });
    log().info({ job: id, kind: start.kind, subject: start.subject }, 'job starts');
    this.running.set(id, { controller, ended: this.execute(id, work, controller.signal) });
    return this.announce(id);
  }

  /** Newest first. */
  list(): Job[] {
    return [...this.jobs.values()].reverse();
  }

  /** Requests cancellation; an event follows when the job has ended. Does nothing for an ended job. */
  cancel(id: string): void {
    this.find(id);
    this.running.get(id)?.controller.abort();
  }

  /** Removes an ended job from the list. */
  dismiss(id: string): void {
    if (this.find(id).status === 'running') throw new AppError('bad-request', 'The job is still running. Cancel it first.');
    this.jobs.delete(id);
  }

  get active(): number {
    return this.running.size;
  }

  /** Whether a job of this kind on this subject is running. */
  isRunning(kind: JobKind, subject: string): boolean {
    return this.list().some((job) => job.status === 'running' && job.kind === kind && job.subject === subject);
  }

  /** Cancels all jobs and waits until they have ended, for at most CLOSE_MS. */
  async close(): Promise<void> {
    for (const { controller } of this.running.values()) controller.abort(CLOSING);
    const limit = new AbortController();
    const all = Promise.all([...this.running.values()].map(({ ended }) => ended));
    await Promise.race([all, wait(CLOSE_MS, undefined, { signal: limit.signal, ref: false }).catch(() => undefined)]);
    limit.abort();
  }

  private async execute(id: string, work: Work, signal: AbortSignal): Promise<void> {
    await Promise.resolve(); // so that the job is in the list before its first event
    const beganMs = performance.now();
    let announcedMs = -Infinity;
    let timer: NodeJS.Timeout | undefined;
    const announce = (): void => {
      clearTimeout(timer);
      timer = undefined;
      announcedMs = performance.now();
      this.announce(id);
    };
    const context: JobContext = {
      signal,
      setSubject: (subject) => {
        this.change(id, { subject });
        announce();
      },
      progress: (p) => {
        this.change(id, { progress: { ...this.jobs.get(id)!.progress, ...p } });
        const since = performance.now() - announcedMs;
        if (since >= EVENT_MS) announce();
        else timer ??= setTimeout(announce, EVENT_MS - since);
      },
    };
    try {
      const result = await work(context);
      this.change(id, { status: 'done', result });
    } catch (error) {
      const failure = asAppError(error);
      this.change(
        id,
        failure.code === 'cancelled'
          ? { status: 'cancelled' }
          : { status: 'failed', error: reportError(failure, { job: id, kind: this.jobs.get(id)!.kind }) },
      );
    } finally {
      const milliseconds = performance.now() - beganMs; // the system's clock may have been set meanwhile
      const { kind, subject, status, startedMs } = this.jobs.get(id)!;
      this.change(id, { finishedMs: startedMs + Math.round(milliseconds) });
      log().info({ job: id, kind, subject, status, seconds: milliseconds / 1000 }, 'job ends');
      this.running.delete(id);
      this.deleteOldest();
      announce();
    }
  }

  private change(id: string, patch: Partial<Job>): void {
    this.jobs.set(id, { ...this.jobs.get(id)!, ...patch });
  }

  private announce(id: string): Job {
    const job = this.jobs.get(id)!;
    this.hub.emit('job', job);
    return job;
  }

  private deleteOldest(): void {
    const ended = [...this.jobs.values()].filter((job) => job.status !== 'running');
    for (const { job } of ended.slice(0, Math.max(0, ended.length - MAX_ENDED))) this.jobs.delete(job);
  }

  private find(id: string): Job {
    const job = this.jobs.get(id);
    if (!job) throw new AppError('not-found', `There is no job ${id}.`, { job: id });
    return job;
  }
}
