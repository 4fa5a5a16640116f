import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { TRAINED_ON } from '../../../src/shared/thresholds.ts';
import { hasCompute, importColours, openTestWorkbench } from './test-workbench.ts';

describe.skipIf(!hasCompute)('a resumed run (needs the build)', () => {
  test('figures and a chosen threshold belong to a network: resuming keeps them for the same one and drops them for another', async () => {
    const app = openTestWorkbench();
    const dataset = await importColours(app);
    const trained = await app.waitForEnd(await app.call('runs.start', { dataset, size: 16, batch: 8, lr: 3e-3, seed: 3, epochs: 1 }));
    const run = trained.result!['run']!;
    const resume = async (epochs?: number) => app.waitForEnd(await app.call('runs.resume', { run, ...(epochs !== undefined && { epochs }) }));
    const choose = (threshold: number) => app.call('runs.setThreshold', { run, choice: { rule: 'value', threshold }, reason: 'mine' });
    const state = async () => ({ row: await app.call('runs.get', { run }), history: await app.call('runs.thresholds', { run }) });
    await choose(0.123);
    const evaluation = await app.until(() => app.workbench.jobs.list().find(({ kind }) => kind === 'evaluate'));
    expect(await app.waitForEnd(evaluation)).toMatchObject({ status: 'done' });

    const { runs } = app.workbench.store;
    const ofOtherPairs = { same: [0.1], different: [0.2, 0.3], pairSet: 'earlier' }; // that its curve was fitted to again
    runs.update(run, { status: 'interrupted', validDistances: ofOtherPairs }); // stopped before it had another network
    const refusal = { code: 'bad-request', message: expect.stringContaining('not finished (interrupted)') as string };
    await expect(choose(0.5)).rejects.toMatchObject(refusal);
    await expect(app.call('runs.restoreThreshold', { run, entry: 1 })).rejects.toMatchObject(refusal);
    for (const job of [await app.call('runs.evaluate', { run, split: 'test' }), await app.call('runs.fitAgain', { run })])
      expect(await app.waitForEnd(job)).toMatchObject({ status: 'failed', error: refusal });
    const differences = await app.call('runs.differences', { runs: [run, run] });
    expect(differences).toMatchObject([{ comparison: null, problem: refusal.message, evaluate: [] }]);
    const { row: before } = await state();
    expect(await resume()).toMatchObject({ status: 'done' });
    const same = await state();
    expect(same.row).toMatchObject({
      modelSha256: before.modelSha256,
      calibration: before.calibration,
      validDistances: ofOtherPairs,
      status: 'done',
    });
    expect(same.history).toMatchObject([{ entry: 2, threshold: 0.123, reason: 'mine' }, { entry: 1 }]);
    expect(same.row.metrics.map(({ threshold }) => threshold)).toEqual([0.123, 0.123]);

    // Until the evaluation at its end, a run with another network has no figures.
    const seen: object[] = [];
    const update = runs.update.bind(runs);
    const spy = vi.spyOn(runs, 'update').mockImplementation((id, patch) => {
      const updated = update(id, patch);
      if (patch.status === 'done') seen.push({ metrics: updated.metrics, calibration: updated.calibration });
      return updated;
    });
    let epochs = same.row.epochs.length;
    while ((await state()).row.modelSha256 === before.modelSha256 && epochs < 6) expect(await resume(++epochs)).toMatchObject({ status: 'done' });
    spy.mockRestore();
    const other = await state();
    expect(other.row.modelSha256).not.toBe(before.modelSha256);
    expect(seen.at(-1)).toMatchObject({ metrics: [] });
    expect(other.history).toMatchObject([{ entry: 1, reason: TRAINED_ON, threshold: other.row.calibration!.threshold }]);
    expect(other.row.metrics.map(({ threshold }) => threshold)).toEqual(Array(2).fill(other.row.calibration!.threshold));

    // Killed while it was resumed: whether the network is another is not known, so nothing is shown for it.
    runs.update(run, { status: 'running' });
    runs.markInterrupted();
    expect(runs.get(run)).toMatchObject({ status: 'interrupted', metrics: [], calibration: null, validDistances: null, modelSha256: null });
    expect(await resume()).toMatchObject({ status: 'done' });
    expect(await state()).toMatchObject({ history: other.history, row: { calibration: other.row.calibration, metrics: other.row.metrics } });

    // Test figures that can't be computed again: the error says that the threshold was changed.
    rmSync(join(app.workbench.workspace.run(run), 'best.safetensors'));
    await choose(0.321);
    const failed = await app.until(() =>
      app.workbench.jobs.list().find(({ kind, status, error }) => kind === 'evaluate' && status === 'failed' && error?.code !== 'bad-request'),
    );
    expect(failed.error!.message).toMatch(/^The threshold of run \d+ was changed, but its test figures are still those of the earlier threshold\. /);
  });
});
