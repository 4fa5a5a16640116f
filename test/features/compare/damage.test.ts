import { readdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isIntactPng } from '../../../src/main/features/compare/png.ts';
import { randomFor } from '../../../src/shared/random.ts';
import { hasCompute, importColours, shareWorkspace, type TestWorkbench } from '../training/test-workbench.ts';

/** Flips one bit of a byte. */
function flip(path: string, at: number, bit = 3): void {
  const bytes = readFileSync(path);
  bytes[at]! ^= 1 << bit;
  writeFileSync(path, bytes);
}

const QUICK = { size: 32, batch: 8, lr: 3e-3, seed: 3, epochs: 2, device: 'cpu' } as const;

async function train(app: TestWorkbench, dataset: string, scope: 'all' | 'head', weights?: string): Promise<string> {
  const job = await app.waitForEnd(await app.call('runs.start', { dataset, ...QUICK, scope, weights }));
  expect(job).toMatchObject({ status: 'done', error: null });
  return job.result!['run']!;
}

const openCopy = shareWorkspace(async (app) => {
  const dataset = await importColours(app);
  return { dataset, run: await train(app, dataset, 'all') };
});

async function openTrained() {
  const { app, dataset, run } = await openCopy();
  const explain = (a: number, b: number) => app.call('compare.explain', { run, a: { dataset, id: a }, b: { dataset, id: b } });
  return { app, dataset, run, explain };
}

describe.skipIf(!hasCompute)('damaged files of a workspace (needs the build)', () => {
  test('a flipped bit in a network becomes an error that says what to do, never a verdict, metrics or a file', async () => {
    const { app, dataset, run, explain } = await openTrained();
    const metrics = await app.call('runs.metrics', { run, split: 'test' });
    const before = await app.call('compare.list', {});
    const random = randomFor(31, 'offsets');
    const files = ['best', 'base'].map((name) => join(app.workbench.workspace.run(run), `${name}.safetensors`));
    const refusal = { code: 'bad-weights', message: expect.stringMatching(/is damaged.*train again/) as string };
    for (const file of files) {
      const sound = readFileSync(file);
      for (let n = 0; n < 3; n++) {
        flip(file, random.below(sound.length - 8) + 8, random.below(8));
        await expect(explain(0, 30), `${file} ${n}`).rejects.toMatchObject(refusal);
        writeFileSync(file, sound);
      }
      flip(file, sound.length - 2, 6); // an exponent: the distance became infinite or NaN
      await expect(app.call('compare.queue', { run, split: 'test', kind: 'wrong' })).rejects.toMatchObject(refusal);
      const jobs = [
        app.call('runs.evaluate', { run, split: 'test' }),
        app.call('runs.resume', { run, epochs: 3 }),
        app.call('runs.export', { run, format: 'onnx', out: 'x.onnx' }),
      ];
      for (const job of jobs) expect(await app.waitForEnd(await job)).toMatchObject({ status: 'failed', error: refusal });
      writeFileSync(file, sound);
    }
    expect(await app.call('runs.metrics', { run, split: 'test' })).toEqual(metrics);
    expect(await app.call('compare.list', {})).toEqual(before);
    expect((await explain(0, 30)).row.run).toBe(run);
    expect(await app.call('datasets.get', { dataset })).toMatchObject({ dataset });
  });

  test('a missing network is named by every call, and stops the measuring of a scale at once', async () => {
    const { app, run, explain } = await openTrained();
    const [layer] = await app.call('runs.layers', { run });
    for (const name of ['base', 'best']) {
      const file = join(app.workbench.workspace.run(run), `${name}.safetensors`);
      renameSync(file, `${file}.bak`);
      const refusal = { code: 'not-found', message: expect.stringContaining(`is gone: ${file} is missing`) as string };
      await expect(explain(0, 30)).rejects.toMatchObject(refusal);
      await expect(app.call('compare.queue', { run, split: 'test', kind: 'wrong' })).rejects.toMatchObject(refusal);
      let most = 0; // pairs done
      const stop = app.api.on((event, job) => {
        if (event === 'job' && 'progress' in job && job.kind === 'maps') most = Math.max(most, job.progress.done);
      });
      await expect(app.call('compare.mapScale', { run, layer: layer! })).rejects.toMatchObject(refusal);
      stop();
      expect(most).toBe(0);
      const jobs = [
        app.call('runs.evaluate', { run, split: 'test' }),
        app.call('runs.resume', { run, epochs: 3 }),
        app.call('runs.export', { run, format: 'onnx', out: 'x.onnx' }),
      ];
      for (const job of jobs) expect(await app.waitForEnd(await job)).toMatchObject({ status: 'failed', error: refusal });
      renameSync(`${file}.bak`, file);
    }
    expect((await explain(0, 30)).row.run).toBe(run);
  });

  test('trainings from damaged caches give the network of undamaged ones', async () => {
    const { app, dataset, run } = await openTrained();
    const exported = await app.waitForEnd(await app.call('runs.export', { run, format: 'safetensors', out: 'start.safetensors' }));
    for (const [scope, kind] of [
      ['all', 'pixels'],
      ['head', 'features'],
    ] as const) {
      const shaOf = async (): Promise<string> =>
        (await app.call('runs.get', { run: await train(app, dataset, scope, exported.result!['file']!) })).modelSha256!;
      const sound = await shaOf();
      const folder = app.workbench.workspace[kind];
      const file = join(
        folder,
        readdirSync(folder).find((name) => name.endsWith('.rows'))!,
      );
      const bytes = readFileSync(file);
      const row = bytes.length / 36;
      bytes.fill(0, 5 * row, 6 * row);
      bytes.copyWithin(9 * row, 10 * row, 11 * row);
      for (let i = 20; i < 25; i++) bytes[i * row + 17 * i]! ^= 16;
      writeFileSync(file, bytes);
      expect(await shaOf(), kind).toBe(sound);
      truncateSync(file, 3.5 * row);
      expect(await shaOf(), kind).toBe(sound);
    }
  });

  test('damaged maps and overlays are computed again, or named', async () => {
    const { app, explain } = await openTrained();
    const first = await explain(1, 31);
    for (const { signed } of first.row.images) {
      flip(signed, readFileSync(signed).length - 5);
      await expect(app.call('compare.open', { comparison: first.row.comparison })).rejects.toMatchObject({
        message: `A map of comparison ${first.row.comparison} is damaged. Compare the two images again.`,
      });
      await expect(app.call('reports.preview', { title: '', comparisons: [first.row.comparison], part: 1 })).rejects.toMatchObject({
        message: expect.stringMatching(/damaged.*Compare the two images again/) as string,
      });
    }
    const again = await explain(1, 31);
    expect(again.row.comparison).not.toBe(first.row.comparison);
    expect(again.maps).toEqual(first.maps);

    const report = { title: '', comparisons: [again.row.comparison], part: 1 };
    const { html } = await app.call('reports.preview', report);
    const page = (text: string | null): string => text!.replace(/<time.*<\/time>/, '');
    for (const overlay of again.row.images.flatMap(({ factual, counterfactual }) => [factual, counterfactual])) {
      const bytes = readFileSync(overlay);
      flip(overlay, bytes.length >> 1);
      expect(isIntactPng(readFileSync(overlay))).toBe(false);
      expect(page((await app.call('reports.preview', report)).html)).toBe(page(html));
      expect(readFileSync(overlay).equals(bytes)).toBe(true);
      truncateSync(overlay, bytes.length - 1);
      await app.api.media(`comparison/${again.row.comparison}/a-factual.png`);
      expect(readFileSync(overlay).equals(bytes)).toBe(true);
    }
    const { photo } = again.row.images[0];
    flip(photo, readFileSync(photo).length >> 1);
    await expect(app.call('reports.preview', report)).rejects.toMatchObject({
      code: 'bad-image',
      message: expect.stringContaining('is damaged') as string,
    });
  });
});
