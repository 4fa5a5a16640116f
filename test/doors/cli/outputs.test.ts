import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { findBrowser } from '../../../src/main/doors/http/print-pdf.ts';
import { type ProcessResult, drawColours, hasBuild, runJson, scratch, twinlens } from './kit.ts';

const QUICK = ['--epochs', '1', '--size', '32', '--batch', '8', '--seed', '3', '--device', 'cpu'];

describe.skipIf(!hasBuild)('paths on the command line (need the build)', () => {
  const images = scratch('images');
  const workspace = join(scratch('home'), 'workspace');
  const at = ['--workspace', workspace];
  const [a, b] = [join(images, 'red', 'red-01.png'), join(images, 'blue', 'blue-02.png')];

  beforeAll(async () => {
    await drawColours(images, 8);
    await runJson(['import', images, '--name', 'colours', ...at]);
    await runJson(['train', 'colours', ...QUICK, ...at]);
    await runJson(['compare', 'r1', a, b, ...at]);
  }, 240_000);

  const expectRefused = ({ code, stderr, stdout }: ProcessResult, message: RegExp): void => {
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  };

  test.skipIf(process.platform !== 'linux')(
    'compare --out ends where a file system claims that a parent folder is missing',
    { timeout: 60_000 },
    async () => {
      expectRefused(await twinlens(['compare', 'r1', a, b, '--out', '/proc/nope', ...at]), /\/proc\/nope/);
    },
  );

  test('--out never overwrites images, networks or the database, not even with --force', { timeout: 240_000 }, async () => {
    const link = join(scratch('link'), 'linked');
    symlinkSync(workspace, link);
    const own = /belongs to the workspace/;
    const cases: [string, RegExp][] = [
      [a, /is an image of the data set "colours"/],
      [join(workspace, 'runs', 'r1', 'best.safetensors'), own],
      [join(workspace, 'runs', 'r9', 'new.safetensors'), own],
      [join(workspace, 'twinlens.sqlite'), own],
      [join(link, 'twinlens.sqlite-wal'), own],
      [join(workspace, 'comparisons', 'c1', 'a-photo.jpg'), own],
      [workspace, own],
    ];
    for (const [out, message] of cases) {
      const before = existsSync(out) && out !== workspace ? readFileSync(out) : null;
      expectRefused(await twinlens(['report', 'c1', '--out', out, '--force', ...at]), message);
      expectRefused(await twinlens(['export', 'r1', '--format', 'safetensors', '--out', out, '--force', ...at]), message);
      expect(existsSync(out) && out !== workspace ? readFileSync(out) : null).toEqual(before);
    }
    expectRefused(await twinlens(['compare', 'r1', a, b, '--out', join(workspace, 'comparisons', 'c1'), '--force', ...at]), own);
  });

  test('a report named .pdf is a PDF, or refused without a browser that prints it', { timeout: 240_000 }, async () => {
    const out = join(scratch('pdf'), 'report.PDF');
    const report = ['report', 'c1', '--out', out, ...at];
    expectRefused(await twinlens(report, { env: { TWINLENS_BROWSER: join(workspace, 'no-browser') } }), /no Chromium or Chrome was found/);
    expect(existsSync(out)).toBe(false);
    if (findBrowser() === null) return;
    expect((await twinlens(report)).stderr).toBe('');
    expect(readFileSync(out).subarray(0, 5).toString()).toBe('%PDF-');
  });

  test('an existing file is replaced only with --force', { timeout: 240_000 }, async () => {
    const folder = scratch('mine');
    const files = ['page.html', 'net.onnx', 'b-factual.png'].map((name) => join(folder, name));
    for (const file of files) writeFileSync(file, 'mine');
    const commands = [
      ['report', 'c1', '--out', files[0]!],
      ['export', 'r1', '--format', 'onnx', '--out', files[1]!],
      ['compare', 'r1', a, b, '--out', folder],
    ];
    for (const command of commands) expectRefused(await twinlens([...command, ...at]), /exists\. Choose another name, or replace it\..*--force/);
    expect(readdirSync(folder)).toHaveLength(3);
    for (const file of files) expect(readFileSync(file, 'utf8')).toBe('mine');
    for (const command of commands) expect(await twinlens([...command, '--force', ...at])).toMatchObject({ code: 0 });
    for (const file of files) expect(readFileSync(file).length).toBeGreaterThan(100);
    expectRefused(await twinlens(['report', 'c1', '--out', folder, ...at]), /is a folder/);
    expectRefused(await twinlens(['doctor', '--bundle', files[0]!, ...at]), /exists\. Choose another name/);
    expectRefused(await twinlens(['doctor', '--bundle', join(workspace, 'twinlens.sqlite'), '--force', ...at]), /belongs to the workspace/);
  });

  test('a lost database beside networks is refused by every command', { timeout: 240_000 }, async () => {
    const database = join(workspace, 'twinlens.sqlite');
    const aside = `${database}.bak`;
    renameSync(database, aside);
    try {
      for (const command of [['runs'], ['import', images], ['train', 'colours', ...QUICK]])
        expectRefused(
          await twinlens([...command, ...at]),
          /is missing, but .*runs.* beside it show that there was one.*put the database back from a backup/,
        );
      expect(existsSync(database)).toBe(false);
    } finally {
      renameSync(aside, database);
    }
    expect((await twinlens(['runs', ...at])).stdout).toContain('r1');
  });

  test('a workspace that is moved during a training is named, and its run can be resumed', { timeout: 240_000 }, async () => {
    const moved = `${workspace} moved`;
    const training = await twinlens(['train', 'colours', ...QUICK, '--epochs', '60', '--patience', '0', ...at], {
      onStderr: (text) => {
        if (!text.includes('Epoch 2:') || existsSync(moved)) return;
        renameSync(workspace, moved);
        mkdirSync(workspace);
      },
    });
    expectRefused(training, /was moved, deleted or replaced/);
    expect(existsSync(join(workspace, 'runs'))).toBe(false);
    rmSync(workspace, { recursive: true });
    renameSync(moved, workspace);
    const [run] = await runJson<{ run: string; status: string; epochs: unknown[] }[]>(['runs', ...at]);
    expect(run!.run).toBe('r2');
    expect(run!.epochs.length).toBeGreaterThanOrEqual(2);
    const resumed = await runJson<{ epochs: number }>(['train', 'colours', '--resume', 'r2', '--epochs', String(run!.epochs.length + 1), ...at]);
    expect(resumed.epochs).toBe(run!.epochs.length + 1);
  });
});
