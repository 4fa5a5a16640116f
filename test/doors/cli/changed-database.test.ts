import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { hasBuild, scratch, twinlens } from './kit.ts';

const WARNING = /^twinlens: Warning: The database .*twinlens\.sqlite was changed by another program, or damaged, since Twinlens closed it\..*\n$/;

describe.skipIf(!hasBuild)('a database that another program changed', () => {
  it('gives a warning in each command until one that writes has closed it; the answers are the same', async () => {
    const workspace = scratch('changed database');
    const at = ['--workspace', workspace, '--json'];
    await twinlens(['evaluate', 'none', ...at]); // opens it for writing, which makes the database
    const db = new Database(join(workspace, 'twinlens.sqlite'));
    db.exec('CREATE TABLE notes (text TEXT)');
    db.close();
    for (let i = 0; i < 2; i++) {
      const { code, stdout, stderr } = await twinlens(['datasets', ...at]);
      expect([code, stdout]).toEqual([0, '[]\n']);
      expect(stderr).toMatch(WARNING);
    }
    expect((await twinlens(['evaluate', 'none', ...at])).stderr).toContain('changed by another program');
    expect((await twinlens(['datasets', ...at])).stderr).toBe('');
    expect(readFileSync(join(workspace, 'logs', 'cli.log'), 'utf8')).toMatch(/"level":"warn"[^\n]*changed by another program/);
  });

  it('gives no warning if only the settings are damaged, which have a separate warning', async () => {
    const workspace = scratch('damaged settings');
    const settings = join(workspace, 'settings.json');
    writeFileSync(settings, '{"theme": "dark", ');
    const { code, stderr } = await twinlens(['datasets', '--workspace', workspace], { env: { TWINLENS_SETTINGS: settings } });
    expect(code).toBe(0);
    expect(stderr).toBe(`twinlens: Warning: The settings in ${settings} are damaged, so the defaults are used. The next change replaces the file.\n`);
  });
});
