import { existsSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../../src/main/nn/weights/safetensors.ts';
import type { EpochEnd } from '../../../src/shared/events.ts';
import { runNumber, stoppedAfter } from '../../../src/shared/run-words.ts';
import { SAMPLE_TRAINING } from '../../../src/shared/sample.ts';
import type { EpochRow } from '../../../src/shared/run.ts';
import { unseenText } from '../../../src/shared/same-meaning.ts';
import { verdictClaim } from '../../../src/shared/verdict-claim.ts';
import { truthOf } from '../../../src/shared/pair-truth.ts';
import { drawColours, scratch, writeAt } from '../../doors/cli/kit.ts';
import { hasCompute, importColours, openTestWorkbench, shareWorkspace, type TestWorkbench } from './test-workbench.ts';

const QUICK = { size: 32, batch: 8, lr: 3e-3, seed: 3 } as const;
const reproducible = (rows: readonly EpochRow[]): unknown[] => rows.map(({ seconds: _s, imagesPerSecond: _i, ...row }) => row);

async function train(app: TestWorkbench, dataset: string, epochs: number): Promise<string> {
  const job = await app.waitForEnd(await app.call('runs.start', { dataset, ...QUICK, epochs }));
  expect(job).toMatchObject({ status: 'done', error: null });
  return job.result!['run']!;
}
const openImported = shareWorkspace(async (app) => ({ dataset: await importColours(app) }));
const openTrained = shareWorkspace(async (app) => {
  const dataset = await importColours(app);
  return { dataset, run: await train(app, dataset, 1) };
});
const epochsOf = (app: TestWorkbench, run: string): EpochRow[] => app.workbench.store.runs.get(run).epochs;

describe.skipIf(!hasCompute)('training through the workbench (needs the build)', () => {
  test('a training emits each epoch’s row, evaluates the run on test pairs, and has it as subject', async () => {
    const { app, dataset } = await openImported();
    const changed: string[] = [];
    const epochEnds: EpochEnd[] = [];
    const texts = new Set<string>();
    app.api.on((event, payload) => {
      if (event === 'changed' && 'what' in payload && payload.what === 'runs') changed.push(payload.id!);
      if (event === 'epoch' && 'row' in payload) epochEnds.push(payload);
      if (event === 'job' && 'progress' in payload) texts.add(payload.progress.text);
    });
    const job = await app.call('runs.start', { dataset, ...QUICK, epochs: 3 });
    expect(job).toMatchObject({ kind: 'train', status: 'running', subject: dataset, title: 'Training on colours' });
    const done = await app.waitForEnd(job);
    expect(done).toMatchObject({ status: 'done', subject: 'r1', result: { run: 'r1' } });
    expect(epochEnds).toEqual(epochsOf(app, 'r1').map((row) => ({ run: 'r1', row })));
    expect(epochEnds).toHaveLength(3);
    expect(changed).toEqual(['r1', 'r1', 'r1', 'r1', 'r1']); // created, trained, evaluated, evaluated: none for an epoch
    expect(texts).toContain('Evaluating on test and validation pairs');
    const row = await app.call('runs.get', { run: 'r1' });
    expect(row).toMatchObject({ status: 'done', stale: false, name: '', tags: [], note: '' });
    expect(row.metrics).toMatchObject([{ split: 'test', pairSet: expect.stringMatching(/^[0-9a-f]{64}$/) as string }, { split: 'valid' }]);
  });

  test('a training on groups is judged on groups: its figures, queue and comparisons say what same means', async () => {
    const app = openTestWorkbench();
    const folder = scratch('flats');
    await drawColours(folder, 12, (i) => `flat${Math.floor(i / 2)}_${i % 2}`);
    const imported = await app.waitForEnd(await app.call('datasets.import', { folder, groupBy: '^(.+)_', groupName: 'flat' }));
    const dataset = imported.result!['dataset']!;
    const run = await train(app, dataset, 1);
    const job = await app.waitForEnd(await app.call('runs.start', { dataset, ...QUICK, epochs: 1, same: 'group', negatives: 'mixed' }));
    expect(job).toMatchObject({ status: 'done', error: null });
    const onGroups = await app.call('runs.get', { run: job.result!['run']! });
    expect(onGroups.config).toMatchObject({ same: 'group', negatives: 'mixed', groupName: 'flat' });
    const onClasses = await app.call('runs.get', { run });
    expect(onGroups.metrics[0]!.pairSet).not.toBe(onClasses.metrics[0]!.pairSet);
    expect(onGroups.metrics[0]).toMatchObject({ same: onGroups.metrics[0]!.different, unseen: 'groups' });
    expect(unseenText(onGroups.metrics[0]!, onGroups.config)).toBe('flats it never saw');
    const { pairs } = await app.call('compare.queue', { run: onGroups.run, kind: 'random' });
    const groups = new Map(app.workbench.store.datasets.images(dataset).map(({ id, group }) => [id, group]));
    for (const { a, b, label } of pairs) expect(groups.get(a) === groups.get(b)).toBe(label === 0);
    const { a, b } = pairs.find(({ label }) => label === 0)!;
    const { row } = await app.call('compare.explain', { run: onGroups.run, a: { dataset, id: a }, b: { dataset, id: b } });
    expect(row.meaning).toEqual({ same: 'group', noun: 'flat' });
    expect(verdictClaim(row).sentence).toMatch(/pairs of the same flat|different pairs/);
  });

  test('a training on a file of pairs is judged on its pairs, and its comparisons know their labels', async () => {
    const { app, dataset } = await openImported();
    const images = app.workbench.store.datasets.images(dataset);
    const rows = (['train', 'valid', 'test'] as const).flatMap((split) => {
      const [first, ...others] = images.filter((one) => one.split === split);
      return others.map((one) => `${first!.file},${one.file},${one.className === first!.className ? 'same' : 'different'}`);
    });
    const file = join(scratch('pairs'), 'pairs.csv');
    writeAt(file, [...rows, 'nowhere.png,red-00.png,same'].join('\n'));
    const found = await app.call('pairs.check', { dataset, file });
    expect(found).toMatchObject({ problemCount: 1, across: 0, list: expect.any(String) as string });
    const { file: saved } = await app.call('pairs.exportProblems', { dataset, file });
    expect(readFileSync(saved, 'utf8')).toContain('there is no image “nowhere.png” in the data set');
    const job = await app.waitForEnd(await app.call('runs.start', { dataset, ...QUICK, epochs: 1, same: 'pairs', pairs: found.list! }));
    expect(job).toMatchObject({ status: 'done', error: null });
    const run = await app.call('runs.get', { run: job.result!['run']! });
    expect(run.config.pairs).toEqual({ source: 'pairs.csv', sha256: found.list, pairs: rows.length });
    const { test: tested } = found.splits;
    expect(run.metrics[0]).toMatchObject({ same: tested.same, different: tested.different });
    const { pairs } = await app.call('compare.queue', { run: run.run, kind: 'random' });
    expect(pairs).toHaveLength(tested.same + tested.different);
    const { a, b, label } = pairs[0]!;
    const compare = async (x: number, y: number) =>
      (await app.call('compare.explain', { run: run.run, a: { dataset, id: x }, b: { dataset, id: y } })).row;
    const listed = await compare(b, a); // in either order
    expect(listed.meaning).toMatchObject({ same: 'pairs', listed: label });
    expect(truthOf(listed)).toBe(label === 0 ? 'same' : 'different');
    const [x, y] = images.filter((one) => one.split === 'test').slice(1);
    expect(truthOf(await compare(x!.id, y!.id))).toBe('unknown'); // not in the list
    writeAt(file, rows.filter((row) => row.endsWith('same')).join('\n'));
    const ofOneLabel = { dataset, ...QUICK, same: 'pairs', pairs: (await app.call('pairs.check', { dataset, file })).list! } as const;
    const [problem] = (await app.call('runs.plan', { choices: ofOneLabel })).problems;
    expect(problem).toMatchObject({ field: 'pairs', message: expect.stringContaining('The file must list same and different pairs') as string });
    const before = app.workbench.store.runs.list().length;
    await expect(app.call('runs.start', ofOneLabel)).rejects.toMatchObject({ message: problem!.message });
    expect(app.workbench.store.runs.list()).toHaveLength(before);
    await expect(app.call('runs.start', { dataset, ...QUICK, same: 'pairs' })).rejects.toMatchObject({ message: 'Choose a file of pairs.' });
  });

  test('the network of the sample is trained once, evaluated, and has two saved comparisons to show', async () => {
    const app = openTestWorkbench();
    const dataset = await importColours(app, 6);
    const done = await app.waitForEnd(app.workbench.trainings.startSample(dataset)!);
    expect(done).toMatchObject({ status: 'done', title: 'Training a network on the sample', result: { run: 'r1' } });
    const run = await app.call('runs.get', { run: 'r1' });
    expect(run.config).toMatchObject(SAMPLE_TRAINING);
    expect(run.metrics.map(({ split }) => split)).toEqual(['test', 'valid']);
    const saved = await app.call('compare.list', { saved: true });
    expect(saved.map(({ images: [a, b] }) => a.filed![0]!.className === b.filed![0]!.className)).toEqual([false, true]); // newest first
    expect(app.workbench.trainings.startSample(dataset)).toBeNull();
  });

  test('a second training waits for the first, which is stopped by hand; a third is cancelled while waiting', async () => {
    const { app, dataset } = await openImported();
    const first = await app.call('runs.start', { dataset, ...QUICK, epochs: 400, patience: 0 });
    const second = await app.call('runs.start', { dataset, ...QUICK, epochs: 2 });
    const third = await app.call('runs.start', { dataset, ...QUICK, epochs: 2 });
    const state = (id: string): { status: string; progress: { text: string } } => app.workbench.jobs.list().find((j) => j.job === id)!;
    await app.until(() => epochsOfOrNone(app, 'r1') >= 2);
    expect(state(second.job).progress.text).toBe('Waiting for the running training to end');
    expect(state(third.job).progress.text).toBe('Waiting: 1 running and 1 waiting before it');
    expect((await app.call('runs.plan', { choices: { dataset } })).waiting).toBe(3);
    await app.call('jobs.cancel', { job: third.job });
    expect(await app.waitForEnd(third)).toMatchObject({ status: 'cancelled' });
    await app.call('runs.stop', { run: 'r1' });
    expect(await app.waitForEnd(first)).toMatchObject({ status: 'done', subject: 'r1' });
    expect(await app.waitForEnd(second)).toMatchObject({ status: 'done', subject: 'r2' });
    expect((await app.call('runs.list', {})).map(({ run, status }) => [run, status])).toEqual([
      ['r2', 'done'],
      ['r1', 'done'],
    ]);
    // Stopped by hand, the first is a finished run with results. It can resume.
    const stopped = await app.call('runs.get', { run: 'r1' });
    expect(stopped).toMatchObject({
      bestEpoch: expect.any(Number) as number,
      sessions: [{ stopped: true }],
      error: null,
    });
    expect(stopped.metrics.map(({ split }) => split).sort()).toEqual(['test', 'valid']);
    expect(stoppedAfter(stopped)).toBe(stopped.epochs.length);
    expect(stopped.epochs.length).toBeLessThan(400);
    await expect(app.call('runs.stop', { run: 'r1' })).rejects.toMatchObject({ code: 'bad-request', message: 'Run 1 is not being trained.' });
    const epochs = stopped.epochs.length + 1;
    expect(await app.waitForEnd(await app.call('runs.resume', { run: 'r1', epochs }))).toMatchObject({ status: 'done' });
    const resumed = await app.call('runs.get', { run: 'r1' });
    expect(stoppedAfter(resumed)).toBeNull();
    expect(reproducible(resumed.epochs).slice(0, -1)).toEqual(reproducible(stopped.epochs));
  });

  test('compute killed during training: the run is interrupted and resumes to the numbers of an uninterrupted one', async () => {
    const { app, dataset } = await openImported();
    const uninterrupted = await train(app, dataset, 6);
    const job = await app.call('runs.start', { dataset, ...QUICK, epochs: 6 });
    await app.until(() => epochsOfOrNone(app, 'r2') >= 2);
    process.kill(app.workbench.compute.pid!, 'SIGKILL');
    expect(await app.waitForEnd(job)).toMatchObject({ status: 'failed', error: { code: 'compute-lost', details: { run: 'r2' } } });
    const broken = await app.call('runs.get', { run: 'r2' });
    expect(broken.status).toBe('interrupted');
    expect(broken.epochs.length).toBeGreaterThanOrEqual(2);
    expect(broken.epochs.length).toBeLessThan(6);
    const resumed = await app.call('runs.resume', { run: 'r2' });
    expect(resumed).toMatchObject({ subject: 'r2' });
    await expect(app.call('runs.resume', { run: 'r2' })).rejects.toMatchObject({ code: 'bad-request' });
    await expect(app.call('runs.remove', { run: 'r2' })).rejects.toMatchObject({ code: 'bad-request' });
    expect(await app.waitForEnd(resumed)).toMatchObject({ status: 'done' });
    const [whole, mended] = [await app.call('runs.get', { run: uninterrupted }), await app.call('runs.get', { run: 'r2' })];
    expect(reproducible(mended.epochs)).toEqual(reproducible(whole.epochs));
    expect(mended.modelSha256).toBe(whole.modelSha256);
    expect(mended.metrics).toEqual(whole.metrics);
    expect(mended.error).toBeNull();
  });

  test('a run resumes on another device and records since when; an immediate failure leaves its device unchanged', async () => {
    const { app, dataset } = await openImported();
    const small = { dataset, ...QUICK, size: 16 };
    const job = await app.waitForEnd(await app.call('runs.start', { ...small, epochs: 3 }));
    const whole = epochsOf(app, job.result!['run']!);
    await app.waitForEnd(await app.call('runs.start', { ...small, epochs: 2 }));
    const before = await app.call('runs.get', { run: 'r2' });

    const nowhere = await app.waitForEnd(await app.call('runs.resume', { run: 'r2', epochs: 3, device: 'dml' }));
    expect(nowhere).toMatchObject({ status: 'failed', error: { code: 'engine' } });
    expect(await app.call('runs.get', { run: 'r2' })).toMatchObject({ config: before.config, sessions: before.sessions });

    const moved = await app.waitForEnd(await app.call('runs.resume', { run: 'r2', epochs: 3, engine: 'tensorflow', device: 'cpu' }));
    expect(moved).toMatchObject({ status: 'done', error: null });
    const run = await app.call('runs.get', { run: 'r2' });
    expect(run.config).toMatchObject({ engine: 'tensorflow', device: 'cpu', batch: 8 });
    const session = { device: 'cpu', batch: 8, partPairs: null };
    expect(run.sessions).toEqual([
      { firstEpoch: 1, engine: 'onnx', ...session },
      { firstEpoch: 3, engine: 'tensorflow', ...session },
    ]);
    expect(reproducible(run.epochs).slice(0, 2)).toEqual(reproducible(whole).slice(0, 2));
    expect(Math.abs(run.epochs[2]!.lossTrain / whole[2]!.lossTrain - 1)).toBeLessThan(1e-3);
    expect((await app.call('runs.plan', { choices: { ...small, epochs: 5 } })).estimate?.basis).toContain('run 1 '); // r2 was trained partly on another device
  });

  test('a training stopped by closing the workbench can be resumed after the next start', async () => {
    const { app, dataset } = await openImported();
    await app.call('runs.start', { dataset, ...QUICK, epochs: 400, patience: 0 });
    await app.until(() => epochsOfOrNone(app, 'r1') >= 1);
    await app.close();
    const again = openTestWorkbench(app.workbench.workspace.folder);
    const [run] = await again.call('runs.list', {});
    expect(run).toMatchObject({ run: 'r1', status: 'interrupted' });
    const epochs = run!.epochs.length + 1;
    expect(await again.waitForEnd(await again.call('runs.resume', { run: 'r1', epochs }))).toMatchObject({ status: 'done' });
    expect(epochsOf(again, 'r1')).toHaveLength(epochs);
  });

  test('a removed run is hidden and can be restored; its network is deleted at the next start', async () => {
    const { app, dataset } = await openTrained();
    await train(app, dataset, 1);
    const folder = app.workbench.workspace.run('r1');
    await app.call('runs.remove', { run: 'r1' });
    await app.call('runs.remove', { run: 'r2' });
    expect(await app.call('runs.list', {})).toEqual([]);
    expect(existsSync(folder)).toBe(true);
    await app.call('runs.restore', { run: 'r2' });
    expect((await app.call('runs.list', {})).map(({ run }) => run)).toEqual(['r2']);
    await app.close();
    const again = openTestWorkbench(app.workbench.workspace.folder);
    expect([existsSync(folder), existsSync(again.workbench.workspace.run('r2'))]).toEqual([false, true]);
    await expect(again.call('runs.restore', { run: 'r1' })).rejects.toMatchObject({ code: 'not-found' });
    expect((await again.call('runs.get', { run: 'r1' })).epochs).toHaveLength(1); // its metrics stay for reports
  });

  test('a run on a data set that was curated since is stale and is not resumed', async () => {
    const { app, dataset, run } = await openTrained();
    await app.call('curation.apply', { dataset, edit: { kind: 'exclude', ids: [0] } });
    expect(await app.call('runs.get', { run })).toMatchObject({ stale: true });
    expect((await app.call('runs.list', {}))[0]).toMatchObject({ stale: true });
    const job = await app.waitForEnd(await app.call('runs.resume', { run, epochs: 2 }));
    expect(job).toMatchObject({
      status: 'failed',
      error: { code: 'bad-request', message: expect.stringContaining('was changed since run 1') as string },
    });
    expect((await app.call('runs.get', { run })).status).toBe('done');
    await app.call('curation.undo', { dataset, position: 1 });
    expect(await app.call('runs.get', { run })).toMatchObject({ stale: false });
  });

  test('an edit while a training starts: nothing is trained on images other than the recorded ones', async () => {
    const { app, dataset } = await openImported();
    const { largeDatasets } = app.workbench;
    const trainingRows = largeDatasets.trainingRows.bind(largeDatasets);
    vi.spyOn(largeDatasets, 'trainingRows').mockImplementationOnce(async (...args) => {
      await app.call('curation.apply', { dataset, edit: { kind: 'exclude', ids: [0] } });
      return trainingRows(...args);
    });
    const job = await app.waitForEnd(await app.call('runs.start', { dataset, ...QUICK, epochs: 1 }));
    expect(job).toMatchObject({
      status: 'failed',
      error: { code: 'bad-request', message: expect.stringContaining('was changed while this training started') as string },
    });
    expect(await app.call('runs.list', {})).toMatchObject([{ run: 'r1', status: 'failed', epochs: [] }]);
    expect(await app.waitForEnd(await app.call('runs.start', { dataset, ...QUICK, epochs: 1 }))).toMatchObject({ status: 'done' });
  });

  test('a network of another version can be viewed, but not used', async () => {
    const { app, dataset, run } = await openTrained();
    expect(await app.call('runs.get', { run })).toMatchObject({ outdated: false });
    const { comparison } = (await app.call('compare.explain', { run, a: { dataset, id: 0 }, b: { dataset, id: 5 } })).row;
    const file = join(app.workbench.workspace.run(run), 'best.safetensors');
    const {
      tensors,
      metadata: { 'twinlens.crc32': _, ...metadata },
    } = readSafetensors(file);
    const [name, { shape, data }] = [...tensors][0]!;
    tensors.set(name, { shape: [...shape, 1], data }); // as of another version
    writeSafetensors(file, tensors, metadata);
    utimesSync(file, 1, 1);

    expect((await app.call('runs.list', {}))[0]).toMatchObject({ run, outdated: true, status: 'done' });
    const refusal = { code: 'bad-request', message: expect.stringContaining('another version of its network') as string };
    await expect(app.call('compare.explain', { run, a: { dataset, id: 1 }, b: { dataset, id: 6 } })).rejects.toMatchObject(refusal);
    await expect(app.call('compare.queue', { run, split: 'test', kind: 'wrong' })).rejects.toMatchObject(refusal);
    expect(await app.waitForEnd(await app.call('runs.resume', { run, epochs: 2 }))).toMatchObject({ status: 'failed', error: refusal });
    expect(await app.waitForEnd(await app.call('runs.evaluate', { run, split: 'test' }))).toMatchObject({ status: 'failed', error: refusal });
    expect(await app.waitForEnd(await app.call('runs.export', { run, format: 'onnx', out: 'x.onnx' }))).toMatchObject({
      status: 'failed',
      error: refusal,
    });
    expect((await app.call('compare.open', { comparison })).maps.signed).toHaveLength(2);
    expect((await app.call('reports.preview', { title: 'Old', comparisons: [comparison], part: 1 })).html).toContain(run);
  });

  test('an estimate is based on an earlier run, else on measured steps; an export without a folder is written to the workspace', async () => {
    const { app, dataset } = await openImported();
    const choices = { dataset, ...QUICK, epochs: 10 };
    expect((await app.call('runs.plan', { choices })).estimate).toBeNull();
    const measured = await app.call('runs.plan', { choices, measure: true });
    expect(measured.estimate?.basis).toContain('measured on this computer');
    expect(measured.estimate!.seconds).toBeGreaterThan(0);
    const run = await train(app, dataset, 4);
    const known = (await app.call('runs.plan', { choices })).estimate!;
    expect(known.basis).toContain(`run ${runNumber(run)}`);
    const spent = epochsOf(app, run).map((e) => e.seconds);
    expect(known.seconds).toBeGreaterThanOrEqual(10 * Math.min(...spent));
    expect(known.seconds).toBeLessThanOrEqual(10 * Math.max(...spent));
    const job = await app.waitForEnd(await app.call('runs.export', { run, format: 'safetensors', out: 'r1.safetensors' }));
    expect(job).toMatchObject({ status: 'done', result: { file: expect.stringMatching(/exports.r1\.safetensors$/) as string } });
    expect(existsSync(job.result!['file']!)).toBe(true);
  });
});

function epochsOfOrNone(app: TestWorkbench, run: string): number {
  return app.workbench.store.runs.list().find((r) => r.run === run)?.epochs.length ?? 0;
}
