import { existsSync, mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { PictureCache } from '../../../src/main/features/media/picture-cache.ts';
import { temporaryFolder } from '../dataset/png-files.ts';

/** `count` picture files of 1,000 bytes in two folders, the first the least recently used. */
function kit(count: number, limit: number): { cache: PictureCache; paths: string[] } {
  const folder = temporaryFolder();
  const folders = ['thumbs', 'previews'].map((name) => join(folder, name));
  const paths = Array.from({ length: count }, (_, i) => {
    const subfolder = join(folders[i % 2]!, `a${i % 3}`);
    mkdirSync(subfolder, { recursive: true });
    const path = join(subfolder, `${i}.jpg`);
    writeFileSync(path, Buffer.alloc(1000));
    utimesSync(path, 1000 + i, 1000 + i);
    return path;
  });
  return { cache: new PictureCache(folders, () => limit), paths };
}
const left = (paths: readonly string[]): number[] => paths.flatMap((path, i) => (existsSync(path) ? [i] : []));

test('reports its size, 0 without a folder', async () => {
  const { cache } = kit(7, 5000);
  expect(await cache.usage()).toEqual({ files: 7, bytes: 7000, limit: 5000 });
  expect(await new PictureCache(['/no/such/folder'], () => 1).usage()).toEqual({ files: 0, bytes: 0, limit: 1 });
});

test('deletes the least recently used first, until a fifth of the limit is free', async () => {
  const { cache, paths } = kit(12, 10_000);
  await cache.prune();
  expect(left(paths)).toEqual([4, 5, 6, 7, 8, 9, 10, 11]);
});

test('keeps recently used files', async () => {
  const { cache, paths } = kit(12, 10_000);
  cache.use(paths[0]!);
  cache.use(paths[2]!);
  await new Promise((resolve) => setTimeout(resolve, 50)); // until the use is recorded on disk
  await cache.prune();
  expect(left(paths)).toEqual([0, 2, 6, 7, 8, 9, 10, 11]);
});

test('a picture shown again counts by its last use, not its first', async () => {
  const { cache, paths } = kit(12, 10_000);
  const now = Date.now();
  paths.forEach((path, i) => {
    cache.use(path, now + i);
  });
  cache.use(paths[0]!, now + 20);
  cache.use(paths[2]!, now + 21);
  await cache.prune();
  expect(left(paths)).toEqual([0, 2, 6, 7, 8, 9, 10, 11]);
});

test('records a use on disk again after an hour, for the next process', async () => {
  const { cache, paths } = kit(1, 10_000);
  const accessed = (): number => Math.round(statSync(paths[0]!).atimeMs / 1000);
  const now = 2_000_000_000_000; // ms
  cache.use(paths[0]!, now);
  await vi.waitFor(() => expect(accessed()).toBe(2_000_000_000));
  cache.use(paths[0]!, now + 3_599_000);
  cache.use(paths[0]!, now + 3_600_000);
  await vi.waitFor(() => expect(accessed()).toBe(2_000_003_600));
  expect(Math.round(statSync(paths[0]!).mtimeMs / 1000)).toBe(1000); // browsers validate their copy by it
});

test('deletes nothing below its limit, and everything when cleared', async () => {
  const { cache, paths } = kit(9, 9000);
  await cache.prune();
  expect(left(paths)).toHaveLength(9);
  await cache.clear();
  expect(left(paths)).toEqual([]);
  expect((await cache.usage()).bytes).toBe(0);
});

test('is pruned again after a thousand more files', async () => {
  const { cache, paths } = kit(12, 10_000);
  for (let n = 0; n < 999; n++) cache.add();
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(left(paths)).toHaveLength(12);
  cache.add();
  await cache.prune();
  expect(left(paths)).toHaveLength(8);
});
