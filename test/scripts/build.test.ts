import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../scripts/bootstrap/build.mjs';
import { temporaryFolder, write } from './project.ts';

describe('the build', () => {
  it.each(['#', '?'])('refuses a folder whose path contains %s, which Vite can’t read', async (character) => {
    const root = join(temporaryFolder(), `my ${character}1`);
    const node = { executable: process.execPath, home: null };
    await expect(ensureBuilt(root, node, process.env)).rejects.toThrow(`its path contains ${character}. Move or rename the folder.`);
  });

  it('makes separate programs: no bundle imports another, libraries are bundled, native modules are not', async () => {
    const root = temporaryFolder();
    symlinkSync(resolve('node_modules'), join(root, 'node_modules'), 'junction');
    cpSync(resolve('vite.config.ts'), join(root, 'vite.config.ts'));
    write(root, 'package.json', '{ "type": "module" }');
    write(
      root,
      'src/main/both.ts',
      "import { z } from 'zod';\nexport const say = (who: string) => console.log(z.string().parse(who), import.meta.url);",
    );
    write(root, 'src/main/lazy.ts', "import sharp from 'sharp';\nimport { say } from './both.ts';\nsay(typeof sharp);");
    write(root, 'src/main/doors/cli/main.ts', "import { say } from '../../both.ts';\nsay('cli');\nvoid import('../../lazy.ts');");
    write(root, 'src/main/compute/process/entry.ts', "import { say } from '../../both.ts';\nsay('compute');");
    expect(await ensureBuilt(root, { executable: process.execPath, home: null }, process.env)).toBe('built');

    const run = (file: string) => {
      const { stdout, stderr } = spawnSync(process.execPath, [join(root, 'dist/main', file)], { cwd: temporaryFolder(), encoding: 'utf8' });
      expect(stderr).toBe('');
      return stdout.trim().split('\n');
    };
    const urlOf = (file: string) => pathToFileURL(join(root, 'dist/main', file)).href;
    expect(run('cli.cjs')).toEqual([`cli ${urlOf('cli.cjs')}`, `function ${urlOf('cli.cjs')}`]);
    expect(run('compute.cjs')).toEqual([`compute ${urlOf('compute.cjs')}`]);
    expect(existsSync(join(root, 'dist/main/cli.cjs.map'))).toBe(true);
    expect(await ensureBuilt(root, { executable: process.execPath, home: null }, process.env)).toBe('fresh');
  });
});
