import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hasBuild, runJson, scratch, twinlens } from './kit.ts';

/** Commands on disks that are read-only or full. Needs the right to mount a memory disk (Linux, as root). */

function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    const folder = scratch('mount');
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function memoryDisk(size: string): string {
  const folder = scratch('disk');
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'none', folder]);
  onTestFinished(() => void execFileSync('umount', [folder]));
  return folder;
}

describe.skipIf(!hasBuild || !canMount())('a workspace on an odd disk (needs the build and the right to mount)', () => {
  test('on a read-only disk is listed, and refused for writing', async () => {
    const disk = memoryDisk('8m');
    const workspace = join(disk, 'workspace');
    cpSync(join(import.meta.dirname, '..', '..', 'fixtures', 'workspace-0.1.0', 'workspace'), workspace, { recursive: true });
    const at = ['--workspace', workspace];
    const images = scratch('images');
    const before = [await runJson<object[]>(['datasets', ...at]), await runJson<object[]>(['runs', ...at])]; // migrates it
    expect(before.map((list) => list.length)).toEqual([1, 1]);
    execFileSync('mount', ['-o', 'remount,ro', disk]);
    expect([await runJson(['datasets', ...at]), await runJson(['runs', ...at])]).toEqual(before);
    expect(await twinlens(['import', images, ...at])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('it is on a read-only disk') as string,
    });
  });

  test('on a full disk says so', async () => {
    const disk = memoryDisk('64k');
    const workspace = join(disk, 'workspace');
    mkdirSync(workspace);
    writeFileSync(join(disk, 'fill'), Buffer.alloc(60_000));
    const ended = await twinlens(['import', scratch('images'), '--workspace', workspace]);
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('The disk is full') as string });
  });

  test('of temporary files, full, is named', async () => {
    const disk = memoryDisk('64k'); // the measurement of the blocked layout writes 150 kB
    const ended = await twinlens(['bench', '--backbone', 'compact', '--size', '32', '--steps', '1', '--pairs', '2'], { env: { TMPDIR: disk } });
    expect(ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`The disk of ${disk}, the folder for temporary files, is full`) as string,
    });
  });
});
