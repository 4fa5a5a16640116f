import { expect, test } from 'vitest';
import { explainNoNetwork, type KnownRuns } from '../../../../src/renderer/features/compare/no-network.ts';
import type { RunRow } from '../../../../src/shared/run.ts';
import type { Job } from '../../../../src/shared/job.ts';
import { row, run } from '../../run-rows.ts';

const flowers = { dataset: 'flowers', name: 'Flowers' };
const why = (known: Partial<KnownRuns>) =>
  explainNoNetwork({ requested: null, datasetRuns: [], defaultRun: null, dataset: flowers, trainings: [], ...known });
const begun = { epochs: [row(1, 0.6), row(2, 0.8)], bestEpoch: 2 };
const waiting = (subject: string): Job => ({
  job: 'j1',
  kind: 'train',
  title: 'Training on Flowers',
  subject,
  status: 'running',
  progress: { done: 0, total: null, text: 'Waiting for the running training to end', imagesPerSecond: null, secondsLeft: null },
  startedMs: 0,
  finishedMs: null,
  error: null,
  result: null,
});

test.each<[string, Partial<RunRow>, ReturnType<typeof why>['next'], string, string]>([
  ['interrupted after an epoch', { status: 'interrupted', ...begun }, 'resume', 'Run 1 was interrupted', 'after epoch 2 of 10. Nothing is lost'],
  ['cancelled after an epoch', { status: 'cancelled', ...begun }, 'resume', 'Run 1 was cancelled', 'its threshold is set'],
  ['failed after an epoch', { status: 'failed', error: 'The disk is full.', ...begun }, 'resume', 'Run 1 failed', 'The disk is full.'],
  ['interrupted before one', { status: 'interrupted' }, 'resume', 'Run 1 was interrupted', 'Resume starts it again with the same settings.'],
  [
    'interrupted before one, of a data set that was changed',
    { status: 'interrupted', stale: true },
    'again',
    'Run 1 was interrupted',
    'before the first epoch finished. The data set has changed',
  ],
  [
    'of a data set that was changed',
    { status: 'interrupted', ...begun, stale: true },
    'again',
    'Run 1 was interrupted',
    'has changed since the run started',
  ],
  ['being trained', { status: 'running', ...begun }, 'watch', 'Run 1 is being trained', 'Epoch 3 of 10 in progress'],
  ['of another version of the program', { status: 'done', outdated: true, ...begun }, 'again', 'Run 1 can’t compare new pairs', 'another version'],
])('the only run is %s: it says so and offers the way on', (_, more, way, title, text) => {
  const only = run('r1', more);
  for (const known of [{ datasetRuns: [only] }, { requested: only }]) {
    const reason = why(known);
    expect(reason).toMatchObject({ next: way, title, run: only });
    expect(reason.text).toContain(text);
  }
});

test('of several runs that cannot compare, the one closest to it is suggested', () => {
  const failed = run('r4', { status: 'failed', error: 'No.' });
  const broken = run('r3', { status: 'interrupted', ...begun });
  const training = run('r2', { status: 'running' });
  expect(why({ datasetRuns: [failed, broken, training] }).run).toBe(training);
  expect(why({ datasetRuns: [failed, broken] }).run).toBe(broken);
  expect(why({ datasetRuns: [failed] }).run).toBe(failed);
  expect(why({ requested: failed, datasetRuns: [broken] }).run).toBe(failed);
});

test('a waiting training counts as a training', () => {
  const broken = run('r1', { status: 'interrupted', ...begun });
  expect(why({ trainings: [waiting('flowers')] })).toMatchObject({ next: 'watch', run: null });
  expect(why({ datasetRuns: [broken], trainings: [waiting('r1')] })).toMatchObject({ next: 'watch', title: 'Run 1 is waiting to resume' });
  expect(why({ datasetRuns: [broken], trainings: [waiting('r7')] }).next).toBe('resume');
  expect(why({ trainings: [waiting('another')] })).toMatchObject({ next: 'first', title: 'No trained network yet' });
});

test('a removed run in the route is replaced by one that can compare', () => {
  const good = run('r2');
  expect(why({ requested: 'removed', defaultRun: good, datasetRuns: [good] })).toMatchObject({ next: 'other', run: good });
  expect(why({ requested: 'removed' }).next).toBe('first');
});
