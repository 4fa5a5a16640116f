import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { explainNpmFailure, findNpm } from './npm.mjs';
import { runQuietly } from './run.mjs';
import { SetupError } from './say.mjs';

/** @typedef {{ name: string, version: string, integrity: string }} Pin */

/**
 * Downloads npm packages of any platform into an emptied folder. Their content is checked against the pins; their scripts do not run.
 * @param {string} work
 * @param {Pin[]} pins
 * @param {string} what name of the packages in error messages
 * @returns {Promise<(name: string) => string>} the folder of each
 */
export async function fetchPackages(work, pins, what) {
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const dependencies = Object.fromEntries(pins.map(({ name, version }) => [name, version]));
  const about = { name: 'toolchain', version: '1.0.0' };
  writeFileSync(path.join(work, 'package.json'), JSON.stringify({ ...about, private: true, dependencies }));
  // A lock file with only these entries makes npm verify the integrity of each and install nothing else.
  const packages = {
    '': { ...about, dependencies },
    ...Object.fromEntries(pins.map(({ name, version, integrity }) => [`node_modules/${name}`, { version, integrity }])),
  };
  writeFileSync(path.join(work, 'package-lock.json'), JSON.stringify({ ...about, lockfileVersion: 3, requires: true, packages }));
  const npm = findNpm();
  const args = [...npm.args, 'ci', '--ignore-scripts', '--force', '--no-audit', '--no-fund', '--prefix', npm.quote(work)];
  const { code, output } = await runQuietly(npm.command, args, { cwd: work, shell: npm.shell });
  if (code !== 0) throw new SetupError(explainNpmFailure(output, what));
  return (name) => path.join(work, 'node_modules', name);
}
