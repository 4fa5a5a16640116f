import { spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { lutimesSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryPath } from '../../src/main/foundation/files.ts';
import { OutputPaths } from '../../src/main/foundation/output-paths.ts';

const HOUR_MS = 60 * 60_000;
const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
const dead = spawnSync(process.execPath, ['--version']).pid;
const nameOf = (pid: number, computer = host): string => `.twinlens-${computer}-${pid}-${randomUUID()}.tmp`;

test('the check of an output path deletes the temporary files of killed processes in its folder only', () => {
  const folder = mkdtempSync(join(tmpdir(), 'twinlens outputs '));
  const workspace = mkdtempSync(join(tmpdir(), 'twinlens outputs workspace '));
  const left = [nameOf(dead), nameOf(dead)];
  const young = nameOf(dead);
  const stay = [
    nameOf(process.pid), // a living owner
    nameOf(dead, host === '00000000' ? '00000001' : '00000000'), // another computer
    `.${randomUUID()}.tmp`, // of an earlier version, or of another program
    `${nameOf(dead)}.txt`,
    `x${nameOf(dead)}`,
    'report.html.tmp',
  ];
  for (const name of [...left.slice(1), young, ...stay]) writeFileSync(join(folder, name), 'half');
  mkdirSync(join(folder, left[0]!, 'class a'), { recursive: true }); // of an export as a copy
  const old = new Date(Date.now() - 2 * HOUR_MS);
  for (const name of [...left, ...stay]) utimesSync(join(folder, name), old, old);
  const outputs = new OutputPaths({ workspace, datasetWithImage: () => null });

  outputs.check(join(folder, 'report.html'), { replace: false });
  expect(readdirSync(folder).sort()).toEqual([young, ...stay].sort());
  outputs.check(join(folder, 'no such folder', 'report.html'), { replace: false });
});

test.skipIf(process.platform === 'win32')('temporary links are deleted like files, dangling ones too, and never what they point to', () => {
  const folder = mkdtempSync(join(tmpdir(), 'twinlens outputs '));
  const elsewhere = mkdtempSync(join(tmpdir(), 'twinlens outputs '));
  writeFileSync(join(elsewhere, 'mine.txt'), 'mine');
  const names = [nameOf(dead), nameOf(dead), nameOf(dead)].sort();
  const [first, second, third] = names.map((name) => join(folder, name));
  symlinkSync(join(folder, 'no such file'), first!);
  symlinkSync(elsewhere, second!);
  writeFileSync(third!, 'half');
  const old = new Date(Date.now() - 2 * HOUR_MS);
  utimesSync(third!, old, old);
  for (const link of [first!, second!]) lutimesSync(link, old, old);
  new OutputPaths({ workspace: elsewhere, datasetWithImage: () => null }).check(join(folder, 'report.html'), { replace: false });
  expect(readdirSync(folder)).toEqual([]);
  expect(readdirSync(elsewhere)).toEqual(['mine.txt']);
});

test.each([
  ['photo.JPG', 'no image inside'],
  ['photo', '\x89PNG\r\n\x1a\n'],
  ['scan', 'II*\0'],
])('an image that no data set has is not replaced either: %s', (name, content) => {
  const folder = mkdtempSync(join(tmpdir(), 'twinlens outputs '));
  const workspace = mkdtempSync(join(tmpdir(), 'twinlens outputs workspace '));
  const file = join(folder, name);
  writeFileSync(file, content, 'latin1');
  const outputs = new OutputPaths({ workspace, datasetWithImage: () => null });
  expect(() => outputs.check(file, { replace: true })).toThrow(/is an image\. Images are never overwritten/);
  writeFileSync(join(folder, 'report.html'), '<html>');
  outputs.check(join(folder, 'report.html'), { replace: true });
});

test('an output that is an image itself replaces an earlier one, but no image of a data set', () => {
  const folder = mkdtempSync(join(tmpdir(), 'twinlens outputs '));
  const workspace = mkdtempSync(join(tmpdir(), 'twinlens outputs workspace '));
  const [earlier, imported] = [join(folder, 'a-factual.png'), join(folder, 'a-photo.jpg')];
  for (const file of [earlier, imported]) writeFileSync(file, 'image');
  const outputs = new OutputPaths({ workspace, datasetWithImage: (path) => (basename(path) === 'a-photo.jpg' ? 'Shells' : null) });
  outputs.check(earlier, { replace: true, isImage: true });
  expect(() => outputs.check(earlier, { replace: false, isImage: true })).toThrow(/exists\. Choose another name, or replace it/);
  expect(() => outputs.check(imported, { replace: true, isImage: true })).toThrow(/is an image of the data set/);
});

test.skipIf(process.platform === 'win32')('a device is not replaced', () => {
  const outputs = new OutputPaths({ workspace: mkdtempSync(join(tmpdir(), 'twinlens outputs workspace ')), datasetWithImage: () => null });
  expect(() => outputs.check('/dev/null', { replace: true })).toThrow(/is a device or a pipe/);
});

test('a temporary file is named after its owner', () => {
  expect(basename(temporaryPath('/photos/report.html'))).toMatch(new RegExp(`^\\.twinlens-${host}-${process.pid}-[0-9a-f-]{36}\\.tmp$`));
});
