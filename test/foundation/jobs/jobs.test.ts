import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventHub } from '../../../src/main/foundation/jobs/events.ts';
import { Jobs } from '../../../src/main/foundation/jobs/jobs.ts';
import { progressOf } from '../../../src/main/features/training/jobs.ts';
import type { EpochRow } from '../../../src/shared/run.ts';

describe('events of a running job', () => {
  let told: string[];
  let jobs: Jobs;
  beforeEach(() => {
    vi.useFakeTimers();
    told = [];
    const hub = new EventHub();
    hub.on((_, payload) => told.push((payload as { progress: { text: string }; status: string }).progress.text));
    jobs = new Jobs(hub);
  });
  afterEach(() => vi.useRealTimers());

  it('emits the last event of a burst too, so that no listener shows an outdated state', async () => {
    let end = (): void => undefined;
    jobs.start({ kind: 'train', title: 'Training', subject: null }, async ({ progress }) => {
      for (const text of ['one', 'two', 'three']) progress({ text });
      await new Promise<void>((resolve) => (end = resolve));
      return null;
    });
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual(['', 'one']);
    await vi.advanceTimersByTimeAsync(1000);
    expect(told).toEqual(['', 'one', 'three']);
    end();
    await vi.advanceTimersByTimeAsync(1000);
    expect(told).toEqual(['', 'one', 'three', 'three']); // and its end, once
  });

  it('tells nothing after the end', async () => {
    jobs.start({ kind: 'train', title: 'Training', subject: null }, async ({ progress }) => {
      progress({ text: 'one' });
      progress({ text: 'two' });
      return null;
    });
    await vi.advanceTimersByTimeAsync(1000);
    expect(told).toEqual(['', 'one', 'two']);
    expect(jobs.list()[0]!.status).toBe('done');
  });
});

describe('progress of a training in words', () => {
  it('says of how many epochs also where each is too short for a report of its own', () => {
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
    const told = progressOf({ kind: 'epoch', row, epochs: 5000, secondsLeft: 500 });
    expect(told).toMatchObject({ done: 3, total: 5000 });
    expect(told.text).toMatch(/^Epoch 3 of 5000 done in 0\.1/);
  });
});
