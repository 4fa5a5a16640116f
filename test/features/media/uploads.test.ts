import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { Uploads } from '../../../src/main/features/media/uploads.ts';
import { AppError } from '../../../src/shared/errors.ts';

const freshFolder = (): string => join(mkdtempSync(join(tmpdir(), 'twinlens uploads ')), 'received');
const partsOf = (...parts: string[]): AsyncIterable<Uint8Array> => Readable.from(parts.map((part) => Buffer.from(part)));
const DAYS_MS = 24 * 3600 * 1000;

describe('uploaded images', () => {
  test('are written as they arrive, each in a separate folder, under a harmless name', async () => {
    const uploads = new Uploads(freshFolder(), () => true);
    const first = await uploads.receive('../../a<b>.png', partsOf('one ', 'two'));
    const second = await uploads.receive('../../a<b>.png', partsOf('three'));
    expect([first, second].map((file) => readFileSync(file, 'utf8'))).toEqual(['one two', 'three']);
    expect(first.endsWith('.._.._a_b_.png')).toBe(true);
    expect(dirname(first)).not.toBe(dirname(second));
    for (const folderName of ['.', '..', '']) expect(basename(await uploads.receive(folderName, partsOf('x'))), folderName).toBe('image');
  });

  test('of one group are in one folder; one that fails leaves the others', async () => {
    const folder = freshFolder();
    const uploads = new Uploads(folder, (file) => file.endsWith('model.json'));
    const group = randomUUID();
    const paths = await Promise.all(['model.json', 'weights.bin'].map((name) => uploads.receive(name, partsOf(name), group)));
    expect(paths).toEqual(['model.json', 'weights.bin'].map((name) => join(folder, group, name)));
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half');
      throw new AppError('cancelled', 'The request was aborted.');
    }
    await expect(uploads.receive('more.bin', broken(), group)).rejects.toMatchObject({ code: 'cancelled' });
    expect(readdirSync(join(folder, group)).sort()).toEqual(['model.json', 'weights.bin']);
    const past = new Date(Date.now() - 2 * DAYS_MS);
    utimesSync(join(folder, group), past, past);
    await uploads.deleteUnused();
    expect(paths.every((path) => existsSync(path))).toBe(true); // a run uses model.json, which needs the others
  });

  test.each(['..', '../../elsewhere', 'a', '', `${randomUUID()}/..`])('of a group that is no UUID are refused: %j', async (group) => {
    const folder = freshFolder();
    await expect(new Uploads(folder, () => true).receive('a.bin', partsOf('a'), group)).rejects.toMatchObject({ code: 'bad-request' });
    expect(existsSync(folder)).toBe(false);
  });

  test('are never whole in memory: a part is asked for only when the one before it is written', async () => {
    let ahead = 0;
    let most = 0;
    async function* parts(): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 200; i++) {
        most = Math.max(most, ++ahead);
        yield new Uint8Array(1_000_000);
        ahead--;
      }
    }
    const before = process.memoryUsage().arrayBuffers;
    let peak = 0;
    const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().arrayBuffers - before)), 5);
    const file = await new Uploads(freshFolder(), () => true).receive('large.tif', parts());
    clearInterval(watch);
    expect(readFileSync(file)).toHaveLength(200_000_000);
    expect(most).toBe(1);
    expect(peak).toBeLessThan(120_000_000); // garbage that is not collected yet; the whole file would be 200 MB
  });

  test('leave nothing when the client breaks off or sends too much', async () => {
    const folder = freshFolder();
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half');
      throw new AppError('cancelled', 'The request was aborted.');
    }
    await expect(new Uploads(folder, () => true).receive('a.png', broken())).rejects.toMatchObject({ code: 'cancelled' });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('are deleted after a day unless something stored refers to them', async () => {
    const folder = freshFolder();
    const used = new Set<string>();
    const uploads = new Uploads(folder, (file) => used.has(file));
    const [saved, unused, fresh] = await Promise.all(['saved', 'unused', 'fresh'].map((name) => uploads.receive(`${name}.png`, partsOf(name))));
    used.add(saved!);
    const partly = join(folder, 'left by a killed process');
    mkdirSync(partly, { recursive: true });
    writeFileSync(join(partly, '.part'), 'half');
    const past = new Date(Date.now() - 2 * DAYS_MS);
    for (const old of [dirname(saved!), dirname(unused!), partly]) utimesSync(old, past, past);
    await uploads.deleteUnused();
    expect([saved, unused, fresh, partly].map((path) => existsSync(path!))).toEqual([true, false, true, false]);
    await new Uploads(join(folder, 'missing'), () => false).deleteUnused();
  });
});
