import { execFileSync } from 'node:child_process';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const MODULE = join(import.meta.dirname, '..', '..', 'src', 'main', 'foundation', 'user-folders.ts');

/** In a separate process: env-paths reads the environment when it is loaded. */
function folders(env: Record<string, string>): { data: string; config: string } {
  const program = `import { userFolder } from ${JSON.stringify(MODULE)}; console.log(JSON.stringify({ data: userFolder('data'), config: userFolder('config') }))`;
  const options = { env: { PATH: process.env['PATH'], ...env }, encoding: 'utf8' } as const;
  return JSON.parse(execFileSync(process.execPath, ['--no-warnings', '--input-type=module', '--eval', program], options)) as ReturnType<
    typeof folders
  >;
}

describe.skipIf(process.platform !== 'linux' || !process.features.typescript)('the folders of this user', () => {
  const home = userInfo().homedir;

  test('follow HOME and absolute XDG variables', () => {
    expect(folders({ HOME: '/a' })).toEqual({ data: '/a/.local/share/Twinlens', config: '/a/.config/Twinlens' });
    expect(folders({ HOME: '/a', XDG_DATA_HOME: '/d', XDG_CONFIG_HOME: '/c' })).toEqual({ data: '/d/Twinlens', config: '/c/Twinlens' });
  });

  test.each([
    ['an empty HOME', { HOME: '' }],
    ['relative XDG variables', { HOME: home, XDG_DATA_HOME: 'data', XDG_CONFIG_HOME: './config' }],
  ])('are absolute with %s', (_, env) => {
    expect(folders(env)).toEqual({ data: join(home, '.local/share/Twinlens'), config: join(home, '.config/Twinlens') });
  });
});
