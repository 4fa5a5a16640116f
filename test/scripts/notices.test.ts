import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { noticeOf, packageFolder, withDependencies } from '../../scripts/notices/collect.mjs';
import { readNotices } from '../../src/main/licences.ts';

const root = path.resolve(import.meta.dirname, '../..');
const notice = (name: string): ReturnType<typeof noticeOf> => noticeOf(root, path.join(root, 'node_modules', ...name.split('/')));

describe('licences of what is shipped', () => {
  it('finds the package that a bundled file belongs to', () => {
    expect(packageFolder('/p/node_modules/@scope/name/dist/a.js?v=1')).toBe('/p/node_modules/@scope/name');
    expect(packageFolder('/p/node_modules/a/node_modules/b/index.js')).toBe('/p/node_modules/a/node_modules/b');
    expect(packageFolder('/p/src/main.ts')).toBeNull();
  });

  it('reads the text from the package, and has those that a package ships without', () => {
    expect(notice('zod')).toMatchObject({ name: 'zod', licence: 'MIT', text: expect.stringContaining('Permission is hereby granted') });
    expect(notice('onnxruntime-node').text).toContain('Copyright (c) Microsoft Corporation');
    expect(notice('@fontsource/inter')).toMatchObject({ licence: 'OFL-1.1', text: expect.stringContaining('SIL OPEN FONT LICENSE') });
  });

  it('names the native libraries inside sharp with the text of the LGPL', () => {
    const folders = [...withDependencies(root, 'sharp').keys()];
    const libvips = folders.find((folder) => /sharp-libvips-/.test(folder));
    expect(libvips, 'the libraries for this platform are installed').toBeDefined();
    const { text } = noticeOf(root, libvips!);
    expect(text).toContain('GNU LESSER GENERAL PUBLIC LICENSE');
    expect(text).toContain('cairo');
  });

  it('gives every package of the built program once, each with its text', async () => {
    const notices = await readNotices(['main', 'renderer'].map((name) => path.join(root, 'dist', name)));
    const keys = notices.map(({ name, version }) => `${name}@${version}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(notices.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['svelte', 'sharp', 'onnxruntime-node', 'better-sqlite3', '@fontsource/inter', 'electron', 'zod']),
    );
    expect(notices.filter(({ text, licence }) => text === null || licence === 'unknown')).toEqual([]);
  });
});
