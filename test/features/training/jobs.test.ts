import { existsSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../../src/main/nn/weights/safetensors.ts';
import type { EpochEnd } from '../../../src/shared/events.ts';
import type { EpochRow } from '../../../src/shared/run.ts';
import { hasCompute, importColours, openRoom, type Room } from './workbench.ts';

const QUICK = { size: 32, batch: 8, lr: 3e-3, seed: 3 } as const;
const numbers = (rows: readonly EpochRow[]): unknown[] => rows.map(({ seconds: _s, imagesPerSecond: _i, ...row }) => row);

async function trained(room: Room, dataset: string, epochs: number): Promise<string> {
  const job = await room.ended(await room.call('runs.start', { dataset, ...QUICK, epochs }));
  expect(job).toMatchObject({ status: 'done', error: null });
  return job.result!['run']!;
}
const epochsOf = (room: Room, run: string): EpochRow[] => room.workbench.store.runs.get(run).epochs;

describe.skipIf(!hasCompute)('training through the workbench (needs the build)', () => {
  test('each epoch emits its row, the run is evaluated on test pairs automatically, and its job has it as subject', async () => {
    const room = openRoom();
    const dataset = await importColours(room);
    const changed: string[] = [];
    const ended: EpochEnd[] = [];
    const texts = new Set<string>();
    room.api.on((event, payload) => {
      if (event === 'changed' && 'what' in payload && payload.what === 'runs') changed.push(payload.id!);
      if (event === 'epoch' && 'row' in payload) ended.push(payload);
      if (event === 'job' && 'progress' in payload) texts.add(payload.progress.text);
    });
    const job = await room.call('runs.start', { dataset, ...QUICK, epochs: 3 });
    expect(job).toMatchObject({ kind: 'train', status: 'running', subject: dataset, title: 'Training on colours' });
    const done = await room.ended(job);
    expect(done).toMatchObject({ status: 'done', subject: 'r1', result: { run: 'r1' } });
    expect(ended).toEqual(epochsOf(room, 'r1').map((row) => ({ run: 'r1', row })));
    expect(ended).toHaveLength(3);
    expect(changed).toEqual(['r1', 'r1', 'r1']); // created, trained, judged: none for an epoch
    expect(texts).toContain('Evaluating on test pairs');
    const row = await room.call('runs.get', { run: 'r1' });
    expect(row).toMatchObject({ status: 'done', stale: false, name: '', tags: [], note: '' });
    expect(row.metrics.map((m) => m.split)).toEqual(['test']);
  });

  test('a second training waits for the first; one that waits can be cancelled', async () => {
    const room = openRoom();
    const dataset = await importColours(room);
    const first = await room.call('runs.start', { dataset, ...QUICK, epochs: 400 });
    const second = await room.call('runs.start', { dataset, ...QUICK, epochs: 2 });
    const third = await room.call('runs.start', { dataset, ...QUICK, epochs: 2 });
    const state = (id: string): { status: string; progress: { text: string } } => room.workbench.jobs.list().find((j) => j.job === id)!;
    await room.until(() => epochsOfOrNone(room, 'r1') >= 2);
    expect(state(second.job).progress.text).toBe('Waiting for 1 other training');
    expect(state(third.job).progress.text).toBe('Waiting for 2 other trainings');
    expect((await room.call('runs.plan', { choices: { dataset } })).waiting).toBe(3);
    await room.call('jobs.cancel', { job: third.job });
    expect(await room.ended(third)).toMatchObject({ status: 'cancelled' });
    await room.call('jobs.cancel', { job: first.job });
    expect(await room.ended(first)).toMatchObject({ status: 'cancelled', subject: 'r1' });
    expect(await room.ended(second)).toMatchObject({ status: 'done', subject: 'r2' });
    expect((await room.call('runs.list', {})).map(({ run, status }) => [run, status])).toEqual([
      ['r2', 'done'],
      ['r1', 'cancelled'],
    ]);
  });

  test('compute killed during training: the run is interrupted and resumes to the numbers of an uninterrupted one', async () => {
    const room = openRoom();
    const dataset = await importColours(room);
    const unbroken = await trained(room, dataset, 6);
    const job = await room.call('runs.start', { dataset, ...QUICK, epochs: 6 });
    await room.until(() => epochsOfOrNone(room, 'r2') >= 2);
    process.kill(room.workbench.compute.pid!, 'SIGKILL');
    expect(await room.ended(job)).toMatchObject({ status: 'failed', error: { code: 'compute-lost', details: { run: 'r2' } } });
    const broken = await room.call('runs.get', { run: 'r2' });
    expect(broken.status).toBe('interrupted');
    expect(broken.epochs.length).toBeGreaterThanOrEqual(2);
    expect(broken.epochs.length).toBeLessThan(6);
    const resumed = await room.call('runs.resume', { run: 'r2' });
    expect(resumed).toMatchObject({ subject: 'r2' });
    await expect(room.call('runs.resume', { run: 'r2' })).rejects.toMatchObject({ code: 'bad-request' });
    await expect(room.call('runs.remove', { run: 'r2' })).rejects.toMatchObject({ code: 'bad-request' });
    expect(await room.ended(resumed)).toMatchObject({ status: 'done' });
    const [whole, mended] = [await room.call('runs.get', { run: unbroken }), await room.call('runs.get', { run: 'r2' })];
    expect(numbers(mended.epochs)).toEqual(numbers(whole.epochs));
    expect(mended.modelSha256).toBe(whole.modelSha256);
    expect(mended.metrics).toEqual(whole.metrics);
    expect(mended.error).toBeNull();
  });

  test('a run resumes on another device and records since when; an immediate failure leaves its device unchanged', async () => {
    const room = openRoom();
    const dataset = await importColours(room);
    const small = { dataset, ...QUICK, size: 16 };
    const job = await room.ended(await room.call('runs.start', { ...small, epochs: 3 }));
    const whole = epochsOf(room, job.result!['run']!);
    await room.ended(await room.call('runs.start', { ...small, epochs: 2 }));
    const before = await room.call('runs.get', { run: 'r2' });

    const nowhere = await room.ended(await room.call('runs.resume', { run: 'r2', epochs: 3, device: 'dml' }));
    expect(nowhere).toMatchObject({ status: 'failed', error: { code: 'engine' } });
    expect(await room.call('runs.get', { run: 'r2' })).toMatchObject({ config: before.config, sessions: before.sessions });

    const moved = await room.ended(await room.call('runs.resume', { run: 'r2', epochs: 3, engine: 'tensorflow', device: 'cpu' }));
    expect(moved).toMatchObject({ status: 'done', error: null });
    const run = await room.call('runs.get', { run: 'r2' });
    expect(run.config).toMatchObject({ engine: 'tensorflow', device: 'cpu', batch: 8 });
    const session = { device: 'cpu', batch: 8, partPairs: null };
    expect(run.sessions).toEqual([
      { firstEpoch: 1, engine: 'onnx', ...session },
      { firstEpoch: 3, engine: 'tensorflow', ...session },
    ]);
    expect(numbers(run.epochs).slice(0, 2)).toEqual(numbers(whole).slice(0, 2));
    expect(Math.abs(run.epochs[2]!.lossTrain / whole[2]!.lossTrain - 1)).toBeLessThan(1e-3);
    expect((await room.call('runs.plan', { choices: { ...small, epochs: 5 } })).estimate?.basis).toContain('run r1'); // r2 was half elsewhere
  });

  test('closed in mid-training: the next start offers the run to resume', async () => {
    const room = openRoom();
    const dataset = await importColours(room);
    await room.call('runs.start', { dataset, ...QUICK, epochs: 400 });
    await room.until(() => epochsOfOrNone(room, 'r1') >= 1);
    await room.close();
    const again = openRoom(room.workbench.workspace.folder);
    const [run] = await again.call('runs.list', {});
    expect(run).toMatchObject({ run: 'r1', status: 'interrupted' });
    const epochs = run!.epochs.length + 1;
    expect(await again.ended(await again.call('runs.resume', { run: 'r1', epochs }))).toMatchObject({ status: 'done' });
    expect(epochsOf(again, 'r1')).toHaveLength(epochs);
  });

  test('a removed run is hidden and can be restored; its network is deleted at the next start', async () => {
    const room = openRoom();
    const dataset = await importColours(room);
    for (const _ of [1, 2]) await trained(room, dataset, 1);
    const folder = room.workbench.workspace.run('r1');
    await room.call('runs.remove', { run: 'r1' });
    await room.call('runs.remove', { run: 'r2' });
    expect(await room.call('runs.list', {})).toEqual([]);
    expect(existsSync(folder)).toBe(true);
    await room.call('runs.restore', { run: 'r2' });
    expect((await room.call('runs.list', {})).map(({ run }) => run)).toEqual(['r2']);
    await room.close();
    const again = openRoom(room.workbench.workspace.folder);
    expect([existsSync(folder), existsSync(again.workbench.workspace.run('r2'))]).toEqual([false, true]);
    await expect(again.call('runs.restore', { run: 'r1' })).rejects.toMatchObject({ code: 'not-found' });
    expect((await again.call('runs.get', { run: 'r1' })).epochs).toHaveLength(1); // its figures stay for reports
  });

  test('a run on a data set that was curated since is stale and is not resumed', async () => {
    const room = openRoom();
    const dataset = await importColours(room);
    const run = await trained(room, dataset, 1);
    await room.call('curation.apply', { dataset, edit: { kind: 'exclude', ids: [0] } });
    expect(await room.call('runs.get', { run })).toMatchObject({ stale: true });
    expect((await room.call('runs.list', {}))[0]).toMatchObject({ stale: true });
    const job = await room.ended(await room.call('runs.resume', { run, epochs: 2 }));
    expect(job).toMatchObject({
      status: 'failed',
      error: { code: 'bad-request', message: expect.stringContaining('was changed since run r1') as string },
    });
    expect((await room.call('runs.get', { run })).status).toBe('done');
    await room.call('curation.undo', { dataset, position: 1 });
    expect(await room.call('runs.get', { run })).toMatchObject({ stale: false });
  });

  test('an edit while a training starts: nothing is trained on images other than the recorded ones', async () => {
    const room = openRoom();
    const dataset = await importColours(room);
    const { largeDatasets } = room.workbench;
    const trainingRows = largeDatasets.trainingRows.bind(largeDatasets);
    vi.spyOn(largeDatasets, 'trainingRows').mockImplementationOnce(async (id) => {
      await room.call('curation.apply', { dataset, edit: { kind: 'exclude', ids: [0] } });
      return trainingRows(id);
    });
    const job = await room.ended(await room.call('runs.start', { dataset, ...QUICK, epochs: 1 }));
    expect(job).toMatchObject({
      status: 'failed',
      error: { code: 'bad-request', message: expect.stringContaining('was changed while this training started') as string },
    });
    expect(await room.call('runs.list', {})).toMatchObject([{ run: 'r1', status: 'failed', epochs: [] }]);
    expect(await room.ended(await room.call('runs.start', { dataset, ...QUICK, epochs: 1 }))).toMatchObject({ status: 'done' });
  });

  test('a network that is stored otherwise than this program builds it can be looked at, not used', async () => {
    const room = openRoom();
    const dataset = await importColours(room);
    const run = await trained(room, dataset, 1);
    expect(await room.call('runs.get', { run })).toMatchObject({ outdated: false });
    const { comparison } = (await room.call('compare.explain', { run, a: { dataset, id: 0 }, b: { dataset, id: 5 } })).row;
    const file = join(room.workbench.workspace.run(run), 'best.safetensors');
    const { tensors, metadata } = readSafetensors(file);
    const [name, { shape, data }] = [...tensors][0]!;
    tensors.set(name, { shape: [...shape, 1], data }); // as an earlier version might have had it
    writeSafetensors(file, tensors, metadata);
    utimesSync(file, 1, 1);

    expect((await room.call('runs.list', {}))[0]).toMatchObject({ run, outdated: true, status: 'done' });
    const refusal = { code: 'bad-request', message: expect.stringContaining('another version of its network') as string };
    await expect(room.call('compare.explain', { run, a: { dataset, id: 1 }, b: { dataset, id: 6 } })).rejects.toMatchObject(refusal);
    await expect(room.call('compare.queue', { run, split: 'test', kind: 'wrong' })).rejects.toMatchObject(refusal);
    expect(await room.ended(await room.call('runs.resume', { run, epochs: 2 }))).toMatchObject({ status: 'failed', error: refusal });
    expect(await room.ended(await room.call('runs.evaluate', { run, split: 'test' }))).toMatchObject({ status: 'failed', error: refusal });
    expect(await room.ended(await room.call('runs.export', { run, format: 'onnx', out: 'x.onnx' }))).toMatchObject({
      status: 'failed',
      error: refusal,
    });
    expect((await room.call('compare.open', { comparison })).maps.signed).toHaveLength(2);
    expect((await room.call('reports.preview', { title: 'Old', comparisons: [comparison] })).html).toContain(run);
  });

  test('an estimate rests on an earlier run, else on measured steps; an export without a place lands in the workspace', async () => {
    const room = openRoom();
    const dataset = await importColours(room);
    const choices = { dataset, ...QUICK, epochs: 10 };
    expect((await room.call('runs.plan', { choices })).estimate).toBeNull();
    const measured = await room.call('runs.plan', { choices, measure: true });
    expect(measured.estimate?.basis).toContain('measured on this computer');
    expect(measured.estimate!.seconds).toBeGreaterThan(0);
    const run = await trained(room, dataset, 4);
    const known = (await room.call('runs.plan', { choices })).estimate!;
    expect(known.basis).toContain(`run ${run}`);
    const spent = epochsOf(room, run).map((e) => e.seconds);
    expect(known.seconds).toBeGreaterThanOrEqual(10 * Math.min(...spent));
    expect(known.seconds).toBeLessThanOrEqual(10 * Math.max(...spent));
    const job = await room.ended(await room.call('runs.export', { run, format: 'safetensors', out: 'r1.safetensors' }));
    expect(job).toMatchObject({ status: 'done', result: { file: expect.stringMatching(/exports.r1\.safetensors$/) as string } });
    expect(existsSync(job.result!['file']!)).toBe(true);
  });
});

function epochsOfOrNone(room: Room, run: string): number {
  return room.workbench.store.runs.list().find((r) => r.run === run)?.epochs.length ?? 0;
}
