import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scratch } from '../doors/cli/kit.ts';
import { hasCompute, importColours, openTestWorkbench } from '../features/training/test-workbench.ts';

const QUICK = { size: 32, batch: 8, lr: 3e-3, seed: 3, epochs: 1, device: 'cpu' } as const;

describe.skipIf(!hasCompute)('a workspace that a screen has open (needs the build)', () => {
  test('is named after it was moved, and used again when it is back', async () => {
    const workspace = scratch('open');
    const app = openTestWorkbench(workspace);
    const dataset = await importColours(app);
    const moved = `${workspace} moved`;
    renameSync(workspace, moved);
    const refusal = { code: 'workspace', message: expect.stringContaining('was moved, deleted or replaced') as string };
    await expect(app.call('datasets.list', {})).rejects.toMatchObject(refusal);
    await expect(app.call('runs.start', { dataset, ...QUICK })).rejects.toMatchObject(refusal);
    await expect(app.call('curation.apply', { dataset, edit: { kind: 'exclude', ids: [1] } })).rejects.toMatchObject(refusal);
    expect(await app.call('app.info', {})).toMatchObject({ workspace });
    expect(existsSync(join(workspace, 'twinlens.sqlite'))).toBe(false);
    mkdirSync(workspace, { recursive: true }); // another one in its place
    await expect(app.call('datasets.list', {})).rejects.toMatchObject(refusal);
    expect(readdirSync(workspace)).toEqual([]);
    rmdirSync(workspace);
    renameSync(moved, workspace);
    expect(await app.call('datasets.list', {})).toHaveLength(1);
  });

  test('writes no output over its own files or over images', async () => {
    const app = openTestWorkbench();
    const dataset = await importColours(app);
    const { run } = (await app.waitForEnd(await app.call('runs.start', { dataset, ...QUICK }))).result as { run: string };
    const { comparison } = (await app.call('compare.explain', { run, a: { dataset, id: 0 }, b: { dataset, id: 20 } })).row;
    const { report } = await app.call('reports.save', { title: 'One', comparisons: [comparison] });
    const { root } = await app.call('datasets.folder', { dataset });
    const image = join(root, 'red', 'red-01.png');
    const { folder, database } = app.workbench.workspace;
    for (const out of [image, database, join(folder, 'runs', run, 'best.safetensors')]) {
      const before = readFileSync(out);
      const refusal = { code: 'bad-request', message: expect.stringMatching(/belongs to the workspace|is an image of the data set/) as string };
      await expect(app.call('reports.write', { report, format: 'html', out })).rejects.toMatchObject(refusal);
      await expect(app.call('runs.export', { run, format: 'onnx', out })).rejects.toMatchObject(refusal);
      await expect(app.call('datasets.export', { dataset, format: 'csv', out })).rejects.toMatchObject(refusal);
      if (out !== database) expect(readFileSync(out).equals(before)).toBe(true);
    }
    await expect(app.call('datasets.export', { dataset, format: 'copy', out: join(folder, 'runs', 'r2') })).rejects.toMatchObject({
      code: 'bad-request',
    });
    const out = join(root, 'list.csv'); // a new file beside the images is nobody else's
    for (let n = 0; n < 2; n++) {
      const job = await app.waitForEnd(await app.call('datasets.export', { dataset, format: 'csv', out }));
      expect(job).toMatchObject({ status: 'done', error: null });
    }
  });
});
