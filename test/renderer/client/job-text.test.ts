import { describe, expect, it } from 'vitest';
import { jobShare, jobText } from '../../../src/renderer/client/job-text.ts';
import type { Job } from '../../../src/shared/job.ts';

const job = (change: Partial<Job> = {}, progress: Partial<Job['progress']> = {}): Job => ({
  job: 'j1',
  kind: 'train',
  title: 'Training on flowers',
  subject: 'flowers',
  status: 'running',
  progress: { done: 0, total: null, text: '', imagesPerSecond: null, secondsLeft: null, ...progress },
  startedMs: 1_000,
  finishedMs: null,
  error: null,
  result: null,
  ...change,
});
const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

describe('job text', () => {
  it('has step, speed and time left', () => {
    const running = job({}, { text: 'Epoch 25 of 40', imagesPerSecond: 212.4, secondsLeft: 70 });
    expect(plain(jobText(running))).toBe('Epoch 25 of 40 · 212 images/s · 1 min 10 s left');
    expect(plain(jobText(job({}, { done: 1200, total: 4000 })))).toBe('1,200 of 4,000');
  });
  it('counts the time left down between two reports, and drops it when it has passed', () => {
    const running = job({}, { text: 'Epoch 2 of 4', secondsLeft: 59 });
    expect([0, 1, 57.4, 59, 80].map((elapsed) => plain(jobText(running, elapsed)))).toEqual([
      'Epoch 2 of 4 · 59 s left',
      'Epoch 2 of 4 · 58 s left',
      'Epoch 2 of 4 · 2.0 s left',
      'Epoch 2 of 4',
      'Epoch 2 of 4',
    ]);
  });
  it('has the result', () => {
    expect(plain(jobText(job({ status: 'done', finishedMs: 9_000 })))).toBe('done in 8.0 s');
    expect(jobText(job({ status: 'failed', error: { code: 'disk-full', message: 'The disk is full.', details: {} } }))).toContain(
      'The disk is full.',
    );
    expect(jobText(job({ status: 'cancelled' }))).toBe('cancelled');
  });
  it('has a progress share only with a known total', () => {
    expect(jobShare(job())).toBeNull();
    expect(jobShare(job({}, { done: 3, total: 12 }))).toBe(0.25);
    expect(jobShare(job({}, { done: 13, total: 12 }))).toBe(1);
    expect(jobShare(job({}, { done: 0, total: 0 }))).toBeNull();
  });
});
