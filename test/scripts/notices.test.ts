import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readNotices } from '../../src/main/foundation/licences.ts';

const root = path.resolve(import.meta.dirname, '../..');

describe('licences that the screen shows', () => {
  it('cover every component of the built program, once, with its text', async () => {
    const notices = await readNotices(path.join(root, 'dist', 'notices.json'));
    const keys = notices.map(({ name, version }) => `${name} ${version}`);
    expect(new Set(keys).size).toBe(keys.length);
    const names = notices.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['Twinlens', 'svelte', 'bits-ui', 'sharp', 'onnxruntime-node', 'better-sqlite3', '@fontsource/inter', 'zod']),
    );
    expect(notices.filter(({ text }) => text === null).map(({ name }) => name)).toEqual([]);
  });

  it('give a clear error if they are missing from an installation', async () => {
    await expect(readNotices(path.join(root, 'nowhere.json'))).rejects.toMatchObject({ code: 'not-found' });
  });
});
