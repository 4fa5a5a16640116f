import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listFolder } from '../../../src/main/features/media/list-folder.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'twinlens-list-'));
  for (const folder of ['Rose', 'daisy', 'class 10', 'class 2', '.hidden']) mkdirSync(join(root, folder));
  for (const file of ['b.JPG', 'a.png', 'notes.txt', '.c.png', '<img src=x onerror=alert(1)>.png']) writeFileSync(join(root, file), '');
  symlinkSync(join(root, 'Rose'), join(root, 'link to rose'));
  symlinkSync(join(root, 'nowhere'), join(root, 'broken link'));
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('listing a folder for the picker', () => {
  it('lists folders and images in natural order, follows links and leaves out hidden, broken and other files', async () => {
    const listing = await listFolder(root);
    expect(listing.folders).toEqual(['class 2', 'class 10', 'daisy', 'link to rose', 'Rose']);
    expect(listing.imageFiles).toEqual(['<img src=x onerror=alert(1)>.png', 'a.png', 'b.JPG']);
    expect(listing.images).toBe(3);
    expect(listing.parent).toBe(tmpdir());
  });

  it('starts at home and offers home and the sample as shortcuts', async () => {
    const listing = await listFolder(null, { samples: [{ name: 'Sample data set', folder: root }] });
    expect(listing.folder).toBe(homedir());
    expect(listing.shortcuts).toContainEqual({ name: 'Home', folder: homedir() });
    expect(listing.shortcuts.at(-1)).toEqual({ name: 'Sample data set', folder: root });
  });

  it('has no folder above the root of the disk', async () => {
    const top = process.platform === 'win32' ? 'C:\\' : '/';
    expect(await listFolder(top)).toMatchObject({ folder: top, parent: null });
  });

  it('lists the folder of a typed file where a file is wanted', async () => {
    expect(await listFolder(join(root, 'a.png'), { allowFile: true })).toMatchObject({ folder: root, file: 'a.png', images: 3 });
    expect(await listFolder(root, { allowFile: true })).toMatchObject({ folder: root, file: null });
    await expect(listFolder(join(root, 'gone.png'), { allowFile: true })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('explains why a folder is not listed', async () => {
    await expect(listFolder(join(root, 'gone'))).rejects.toMatchObject({ code: 'not-found', message: expect.stringContaining('There is no folder') });
    await expect(listFolder(join(root, 'a.png'))).rejects.toMatchObject({ code: 'not-found', message: expect.stringContaining('is a file') });
  });

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)('reports a folder that may not be read', async () => {
    chmodSync(join(root, 'daisy'), 0);
    try {
      await expect(listFolder(join(root, 'daisy'))).rejects.toMatchObject({ code: 'workspace', message: expect.stringContaining('not permitted') });
    } finally {
      chmodSync(join(root, 'daisy'), 0o700);
    }
  });
});
