import { describe, expect, it } from 'vitest';
import { orderJobs } from '../../../src/renderer/client/job-order.ts';
import type { Job, JobKind } from '../../../src/shared/job.ts';

const job = (id: string, kind: JobKind): Job => ({
  job: id,
  kind,
  title: id,
  subject: null,
  status: 'running',
  progress: { done: 0, total: null, text: '', imagesPerSecond: null, secondsLeft: null },
  startedMs: 0,
  finishedMs: null,
  error: null,
  result: null,
});
const orderOf = (newestFirst: Job[]): string[] => orderJobs(newestFirst).map(({ job, waiting }) => `${job.job}${waiting ? ' waiting' : ''}`);

describe('job order', () => {
  it('puts the active training before waiting ones, the next one first', () => {
    expect(orderOf([job('third', 'train'), job('second', 'train'), job('first', 'train')])).toEqual(['first', 'second waiting', 'third waiting']);
  });
  it('puts other jobs, newest first, before waiting trainings', () => {
    const list = [job('report', 'report'), job('second', 'train'), job('import', 'import'), job('first', 'train')];
    expect(orderOf(list)).toEqual(['report', 'import', 'first', 'second waiting']);
  });
  it('is empty without jobs', () => {
    expect(orderOf([])).toEqual([]);
  });
});
