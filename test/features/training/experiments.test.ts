import { describe, expect, test } from 'vitest';
import { spreadOf } from '../../../src/main/domain/evaluate/spread.ts';
import type { ExperimentRow } from '../../../src/shared/experiment.ts';
import { hasCompute, importColours, openTestWorkbench, type TestWorkbench } from './test-workbench.ts';

const QUICK = { size: 16, batch: 8, lr: 3e-3 } as const;

const epochsOf = (app: TestWorkbench, run: string): number => app.workbench.store.runs.list().find((r) => r.run === run)?.epochs.length ?? 0;
async function experiment(app: TestWorkbench, id: string): Promise<ExperimentRow> {
  return (await app.call('experiments.list', {})).find((row) => row.experiment === id)!;
}

describe.skipIf(!hasCompute)('several seeds as one experiment (needs the build)', () => {
  test('whose seeds all diverge in their first epoch names no earlier one', async () => {
    const app = openTestWorkbench();
    const choices = { ...QUICK, epochs: 2, lr: 10, optimizer: 'sgd', clipNorm: 0, seeds: [1, 2] } as const;
    const job = await app.waitForEnd(await app.call('runs.start', { dataset: await importColours(app), ...choices }));
    expect(job.error?.message).toMatch(/the loss became NaN in epoch 1\. Use a smaller learning rate than 10, for example 1\.$/);
    expect(await experiment(app, 'e1')).toMatchObject({ status: 'failed', states: [{ status: 'failed' }, { status: 'failed' }] });
  });

  test('cancelled in a seed, resumed without the finished ones, averaged; stopped seed by seed, compared, removed', async () => {
    const app = openTestWorkbench();
    const dataset = await importColours(app);
    const texts = new Set<string>();
    const changed: string[] = [];
    app.api.on((event, payload) => {
      if (event === 'job' && 'progress' in payload) texts.add(payload.progress.text);
      if (event === 'changed' && 'what' in payload && payload.what === 'experiments') changed.push(payload.id!);
    });
    const job = await app.call('runs.start', { dataset, ...QUICK, epochs: 400, patience: 0, seeds: [4, 2, 9] });
    expect(job).toMatchObject({ kind: 'train', title: 'Training 3 seeds on colours', subject: dataset });

    // “Stop and keep best” ends one seed; the next one follows. Cancelled, the experiment keeps what is finished.
    await app.until(() => epochsOf(app, 'r1') >= 2);
    await app.call('runs.stop', { run: 'r1' });
    await app.until(() => epochsOf(app, 'r2') >= 1);
    expect(await experiment(app, 'e1')).toMatchObject({ status: 'running', seeds: [4, 2, 9] });
    await expect(app.call('experiments.resume', { experiment: 'e1' })).rejects.toMatchObject({
      message: 'Experiment 1 is being trained. Wait until it ends.',
    });
    await expect(app.call('experiments.remove', { experiment: 'e1' })).rejects.toMatchObject({ code: 'bad-request' });
    await expect(app.call('runs.resume', { run: 'r1', epochs: 500 })).rejects.toThrow('Experiment 1 is in progress and continues run 1');
    await app.call('jobs.cancel', { job: job.job });
    expect(await app.waitForEnd(job)).toMatchObject({ status: 'cancelled' });
    expect([...texts].some((text) => /^Seed 2 \(2 of 3\): Epoch \d+ of 400/.test(text))).toBe(true);
    const cancelled = await experiment(app, 'e1');
    expect(cancelled).toMatchObject({ status: 'cancelled', spread: null });
    expect(cancelled.states).toMatchObject([
      { seed: 4, run: 'r1', status: 'done', stopped: true },
      { seed: 2, run: 'r2', status: 'cancelled' },
      { seed: 9, run: null, status: null },
    ]);
    expect(changed).toContain('e1');

    // Resumed, it skips the finished seed, continues the second and starts the third.
    const first = await app.call('runs.get', { run: 'r1' });
    const reached = epochsOf(app, 'r2');
    const resumed = await app.call('experiments.resume', { experiment: 'e1' });
    for (const run of ['r2', 'r3']) {
      await app.until(() => epochsOf(app, run) > (run === 'r2' ? reached : 1));
      await app.call('runs.stop', { run });
    }
    expect(await app.waitForEnd(resumed)).toMatchObject({ status: 'done', error: null, result: { experiment: 'e1', run: 'r1' } });
    expect(await app.call('runs.get', { run: 'r1' })).toEqual(first);
    const runs = ['r1', 'r2', 'r3'].map((run) => app.workbench.store.runs.get(run));
    expect(runs.map(({ config }) => config.seed)).toEqual([4, 2, 9]);
    expect(new Set(runs.map(({ modelSha256 }) => modelSha256)).size).toBe(3);
    expect(new Set(runs.flatMap(({ metrics }) => metrics.filter(({ split }) => split === 'test').map(({ pairSet }) => pairSet))).size).toBe(1);
    const done = await experiment(app, 'e1');
    const aucs = runs.map(({ metrics }) => metrics.find(({ split }) => split === 'test')!.auc);
    expect(done).toMatchObject({ status: 'done', problem: null, on: { pairs: runs[0]!.metrics[0]!.pairs, over: 'images' } });
    expect(done.spread!.auc).toEqual(spreadOf(aucs, [0, 1]));
    expect(Object.keys(done.spread!)).toEqual(['auc', 'accuracy', 'eer', 'threshold', 'validAuc']); // neighbours of a whole network are measured on request
    await expect(app.call('experiments.resume', { experiment: 'e1' })).rejects.toThrow('All seeds of experiment 1 are trained.');

    // Another experiment on the same pairs.
    const other = await app.call('runs.start', { dataset, ...QUICK, epochs: 1, seeds: [1, 2] });
    expect(await app.waitForEnd(other)).toMatchObject({ status: 'done', result: { experiment: 'e2', run: 'r4' } });
    const compared = await app.call('experiments.compare', { a: 'e1', b: 'e2' });
    expect(compared).toMatchObject({ a: { count: 3 }, b: { count: 2 }, pairs: done.on!.pairs });
    await expect(app.call('experiments.compare', { a: 'e1', b: 'e1' })).rejects.toMatchObject({ code: 'bad-request' });

    // Without one seed the mean is of the others; without its runs an experiment is not listed.
    await app.call('runs.remove', { run: 'r3' });
    const without = await experiment(app, 'e1');
    expect(without.states[2]).toMatchObject({ seed: 9, removed: true });
    expect(without).toMatchObject({ status: 'done', spread: { auc: { count: 2 } } });
    await app.call('runs.restore', { run: 'r3' });
    const { runs: removed } = await app.call('experiments.remove', { experiment: 'e1' });
    expect(removed).toEqual(['r1', 'r2', 'r3']);
    expect((await app.call('experiments.list', {})).map((row) => row.experiment)).toEqual(['e2']);
    for (const run of removed) await app.call('runs.restore', { run });
    expect(await app.call('experiments.annotate', { experiment: 'e1', name: 'mine', tags: ['a', 'a'] })).toMatchObject({ name: 'mine', tags: ['a'] });
    expect((await experiment(app, 'e1')).spread).toEqual(done.spread);

    // A removed seed is not trained again, whether it was finished or not.
    app.workbench.store.runs.update('r3', { status: 'cancelled' });
    await app.call('runs.remove', { run: 'r3' });
    await expect(app.call('experiments.resume', { experiment: 'e1' })).rejects.toThrow(
      'The seeds of experiment 1 that are not trained were removed.',
    );
  });
});
