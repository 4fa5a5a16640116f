import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { runNumber } from '../../../src/shared/run-words.ts';
import { readSafetensors, writeSafetensors } from '../../../src/main/nn/weights/safetensors.ts';
import type { TrainRequest } from '../../../src/shared/contract.ts';
import type { EpochRow, RunRow } from '../../../src/shared/run.ts';
import { hasCompute, importColours, openTestWorkbench, type TestWorkbench } from './test-workbench.ts';

const QUICK = { size: 32, batch: 8, lr: 3e-3, seed: 3, device: 'cpu' } as const;

/** An epoch's row without the figures that depend on the clock. */
const reproducible = ({ seconds: _s, imagesPerSecond: _i, ...row }: EpochRow): object => row;
const epochsOf = ({ epochs }: RunRow): object[] => epochs.map(reproducible);

async function train(app: TestWorkbench, choices: TrainRequest): Promise<RunRow> {
  const job = await app.waitForEnd(await app.call('runs.start', choices));
  expect(job).toMatchObject({ status: 'done', error: null });
  return app.call('runs.get', { run: job.result!['run']! });
}

/** Closes the workbench and leaves the run as a main process killed before it stored the first epoch's row leaves it. */
async function killBeforeFirstRow(app: TestWorkbench, { run }: RunRow): Promise<TestWorkbench> {
  await app.close();
  const database = new Database(join(app.workbench.workspace.folder, 'twinlens.sqlite'));
  const number = Number(run.slice(1));
  database.prepare('DELETE FROM epochs WHERE run = ?').run(number);
  database.prepare(`UPDATE runs SET status = 'running', best_epoch = NULL, calibration = NULL, metrics = '[]' WHERE number = ?`).run(number);
  database.close();
  const again = openTestWorkbench(app.workbench.workspace.folder);
  expect(await again.call('runs.get', { run })).toMatchObject({ status: 'interrupted', epochs: [] });
  return again;
}

describe.skipIf(!hasCompute)('a run killed before its first row (needs the build)', () => {
  test('resumes from its checkpoint', async () => {
    const first = openTestWorkbench();
    const dataset = await importColours(first);
    const whole = await train(first, { dataset, ...QUICK, epochs: 3 });
    const killed = await train(first, { dataset, ...QUICK, epochs: 1 });
    const app = await killBeforeFirstRow(first, killed);
    const texts = new Set<string>();
    app.api.on((event, payload) => void (event === 'job' && 'progress' in payload && texts.add(payload.progress.text)));
    expect(await app.waitForEnd(await app.call('runs.resume', { run: killed.run, epochs: 3 }))).toMatchObject({ status: 'done', error: null });
    const resumed = await app.call('runs.get', { run: killed.run });
    expect(texts).toContain('Restored epoch 1 from the checkpoint');
    expect(epochsOf(resumed)).toEqual(epochsOf(whole));
    expect(resumed.modelSha256).toBe(whole.modelSha256);
    expect(resumed.sessions.map(({ firstEpoch }) => firstEpoch)).toEqual([1, 2]);
  });

  test('without a checkpoint it starts again with its settings and weights, and says so', async () => {
    const first = openTestWorkbench();
    const dataset = await importColours(first);
    const donor = await train(first, { dataset, ...QUICK, epochs: 1, seed: 8 });
    const weights = join(first.workbench.workspace.folder, 'start.safetensors');
    await first.call('runs.export', { run: donor.run, format: 'safetensors', out: weights }).then((job) => first.waitForEnd(job));
    const whole = await train(first, { dataset, ...QUICK, epochs: 2, weights });
    rmSync(first.workbench.workspace.run(whole.run), { recursive: true });
    const app = await killBeforeFirstRow(first, whole);
    const texts = new Set<string>();
    app.api.on((event, payload) => void (event === 'job' && 'progress' in payload && texts.add(payload.progress.text)));

    const { tensors, metadata } = readSafetensors(weights);
    const [name, tensor] = [...tensors].find(([key]) => key.includes('conv'))!;
    writeSafetensors(weights, new Map([...tensors, [name, { ...tensor, data: tensor.data.map((x) => x + 1) }]]), metadata);
    expect(await app.waitForEnd(await app.call('runs.resume', { run: whole.run }))).toMatchObject({
      status: 'failed',
      error: { code: 'bad-weights', message: expect.stringContaining(`have changed since run ${runNumber(whole.run)} started`) as string },
    });
    expect(await app.call('runs.get', { run: whole.run })).toMatchObject({ status: 'interrupted' });

    writeSafetensors(weights, tensors, metadata);
    expect(await app.waitForEnd(await app.call('runs.resume', { run: whole.run }))).toMatchObject({ status: 'done', error: null });
    const restarted = await app.call('runs.get', { run: whole.run });
    expect(texts).toContain('No epoch was finished: starting again with the same settings');
    expect(epochsOf(restarted)).toEqual(epochsOf(whole));
    expect(restarted.modelSha256).toBe(whole.modelSha256);
    expect(restarted.sessions.map(({ firstEpoch }) => firstEpoch)).toEqual([1]);
  });
});
