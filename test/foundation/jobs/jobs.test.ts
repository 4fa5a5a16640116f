import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventHub } from '../../../src/main/foundation/jobs/events.ts';
import { Jobs } from '../../../src/main/foundation/jobs/jobs.ts';
import { progressOf } from '../../../src/main/features/training/jobs.ts';
import type { EpochRow } from '../../../src/shared/run.ts';

describe('events of a running job', () => {
  let texts: string[];
  let jobs: Jobs;
  beforeEach(() => {
    vi.useFakeTimers();
    texts = [];
    const hub = new EventHub();
    hub.on((_, payload) => texts.push((payload as { progress: { text: string }; status: string }).progress.text));
    jobs = new Jobs(hub);
  });
  afterEach(() => vi.useRealTimers());

  it('emits the last event of a burst, so that no listener shows an outdated state', async () => {
    let end = (): void => undefined;
    jobs.start({ kind: 'train', title: 'Training', subject: null }, async ({ progress }) => {
      for (const text of ['one', 'two', 'three']) progress({ text });
      await new Promise<void>((resolve) => (end = resolve));
      return null;
    });
    await vi.advanceTimersByTimeAsync(0);
    expect(texts).toEqual(['', 'one']);
    await vi.advanceTimersByTimeAsync(1000);
    expect(texts).toEqual(['', 'one', 'three']);
    end();
    await vi.advanceTimersByTimeAsync(1000);
    expect(texts).toEqual(['', 'one', 'three', 'three']); // the end of the job, once
  });

  it('measures a job’s duration also while the system’s clock is set back', async () => {
    const { job, startedMs } = jobs.start({ kind: 'train', title: 'Training', subject: null }, async () => {
      await new Promise((resolve) => setTimeout(resolve, 5000));
      return null;
    });
    await vi.advanceTimersByTimeAsync(1000);
    vi.setSystemTime(startedMs - 3_600_000);
    await vi.advanceTimersByTimeAsync(4000);
    expect(jobs.list().find((one) => one.job === job)).toMatchObject({ status: 'done', finishedMs: startedMs + 5000 });
  });

  it('emits nothing after the end', async () => {
    jobs.start({ kind: 'train', title: 'Training', subject: null }, async ({ progress }) => {
      progress({ text: 'one' });
      progress({ text: 'two' });
      return null;
    });
    await vi.advanceTimersByTimeAsync(1000);
    expect(texts).toEqual(['', 'one', 'two']);
    expect(jobs.list()[0]!.status).toBe('done');
  });
});

describe('progress of a training in words', () => {
  it('names the number of epochs, also for epochs too short for their own event', () => {
    const row: EpochRow = {
      epoch: 3,
      lossTrain: 0.1,
      lossValid: 0.2,
      aucTrain: 0.9,
      aucValid: 0.8,
      accuracyTrain: 0.8,
      accuracyValid: 0.7,
      lr: 1e-3,
      seconds: 0.1,
      imagesPerSecond: 900,
      best: true,
    };
    const progress = progressOf({ kind: 'epoch', row, epochs: 5000, secondsLeft: 500 });
    expect(progress).toMatchObject({ done: 3, total: 5000 });
    expect(progress.text).toMatch(/^Epoch 3 of 5000 done in 0\.1/);
  });
});
