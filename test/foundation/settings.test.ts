import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { SettingsFile } from '../../src/main/foundation/settings.ts';
import { DEFAULT_SETTINGS } from '../../src/shared/workbench.ts';

const folder = mkdtempSync(join(tmpdir(), 'twinlens-settings-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const newFile = (): string => join(folder, `${++files}.json`);
function open(user: string, workspace: string): SettingsFile {
  const settings = new SettingsFile(user);
  settings.openWorkspace(workspace);
  return settings;
}

describe('settings', () => {
  it('keep route, data set, run, filters and the chooser’s folder for each workspace, and the rest for the user', async () => {
    const [user, flowers, shoes] = [newFile(), newFile(), newFile()];
    const views = { chooserFolder: '/photos', viewChoices: { images: '{"text":"rose"}' } };
    await open(user, flowers).set({ theme: 'dark', route: '/images?q=rose', dataset: 'flowers', run: 'r3', ...views });
    expect(open(user, shoes).get()).toEqual({ ...DEFAULT_SETTINGS, theme: 'dark' });
    await open(user, shoes).set({ route: '/train' });
    expect(open(user, flowers).get()).toEqual({
      ...DEFAULT_SETTINGS,
      theme: 'dark',
      route: '/images?q=rose',
      dataset: 'flowers',
      run: 'r3',
      ...views,
    });
    expect(open(user, shoes).get()).toMatchObject({ route: '/train', dataset: null, run: null });
  });

  it('without a workspace store those of the user only', async () => {
    const user = newFile();
    await new SettingsFile(user).set({ workspace: '/photos', run: 'r1' });
    expect(JSON.parse(readFileSync(user, 'utf8'))).toMatchObject({ workspace: '/photos' });
    expect(open(user, newFile()).get()).toMatchObject({ workspace: '/photos', run: null });
  });

  it('of a damaged file, or invalid ones, have their defaults', () => {
    const [user, workspace] = [newFile(), newFile()];
    writeFileSync(user, '{"theme": "dark", "device": "abacus", "route": "/reports"');
    writeFileSync(workspace, '{"route": "/reports", "dataset": 7, "theme": "dark", "chooserFolder": 3, "viewChoices": ["images"]}');
    const settings = open(user, workspace);
    expect(settings.get()).toEqual({ ...DEFAULT_SETTINGS, route: '/reports' });
    expect(settings.warnings).toEqual([
      `The settings in ${user} are damaged, so the defaults are used. The next change replaces the file.`,
      `The settings in ${workspace} have no valid value for dataset, chooserFolder, viewChoices, so the default is used.`,
    ]);
  });

  it('give no warning of a missing file, an unknown entry or an entry of the other file', () => {
    const [user, workspace] = [newFile(), newFile()];
    writeFileSync(user, '{"theme": "dark", "flavour": 7, "route": 7}');
    const settings = open(user, workspace);
    expect(settings.warnings).toEqual([]);
    expect(settings.get().theme).toBe('dark');
  });

  it('give a warning of a file that can’t be read', () => {
    expect(new SettingsFile(folder).warnings).toEqual([
      `The settings in ${folder} can’t be read, so the defaults are used. Check that you may read this file.`,
    ]);
  });
});
