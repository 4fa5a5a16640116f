import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { withLock } from './lock.mjs';
import { explainNpmFailure, findNpm } from './npm.mjs';
import { runQuietly } from './run.mjs';
import { say, SetupError } from './say.mjs';

/**
 * Inside node_modules: npm deletes it when it clears that folder, so an interrupted install never counts as finished.
 * @param {string} root
 */
const stampFile = (root) => path.join(root, 'node_modules', '.twinlens-installed');

/**
 * Identifies the dependencies to install: hash of the lock file, platform and architecture.
 * @param {string} root
 */
function wantedStamp(root) {
  const lock = readFileSync(path.join(root, 'package-lock.json'));
  return `${createHash('sha256').update(lock).digest('hex')} ${process.platform}-${process.arch}`;
}

/** @param {string} root */
export function needsInstall(root) {
  try {
    return readFileSync(stampFile(root), 'utf8') !== wantedStamp(root);
  } catch {
    return true;
  }
}

/** @param {string} root */
export function markInstalled(root) {
  mkdirSync(path.dirname(stampFile(root)), { recursive: true });
  writeFileSync(stampFile(root), wantedStamp(root));
}

/**
 * @param {string} root
 * @param {import('./node.mjs').Node} node
 * @param {NodeJS.ProcessEnv} env
 */
export async function ensureDependencies(root, node, env) {
  if (!needsInstall(root)) return;
  await withLock(path.join(root, '.toolchain', 'lock'), async () => {
    if (!needsInstall(root)) return;
    if (!matchesLockFile(root)) await install(root, node, env);
    markInstalled(root);
  });
}

/**
 * Whether a developer's own `npm install` already matches the lock file. npm records what it installed in
 * node_modules/.package-lock.json.
 * @param {string} root
 */
export function matchesLockFile(root) {
  /** @typedef {{ version?: string, integrity?: string, optional?: boolean, os?: string[], cpu?: string[] }} Entry */
  /** @type {Record<string, Entry>} */
  let wanted;
  /** @type {Record<string, Entry>} */
  let found;
  try {
    wanted = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages;
    found = JSON.parse(readFileSync(path.join(root, 'node_modules', '.package-lock.json'), 'utf8')).packages;
  } catch {
    return false;
  }
  return Object.entries(wanted).every(([folder, entry]) => {
    if (folder === '') return true;
    const installed = found[folder];
    if (installed === undefined) return entry.optional === true;
    const fits = (entry.os?.includes(process.platform) ?? true) && (entry.cpu?.includes(process.arch) ?? true);
    return (
      fits && installed.version === entry.version && installed.integrity === entry.integrity && existsSync(path.join(root, folder, 'package.json'))
    );
  });
}

/**
 * @param {string} root
 * @param {import('./node.mjs').Node} node
 * @param {NodeJS.ProcessEnv} env
 */
async function install(root, node, env) {
  if (!existsSync(path.join(root, 'package-lock.json'))) {
    throw new SetupError('package-lock.json is missing, so the dependencies are unknown. Restore it and run the command again.');
  }
  say('installing the packages of package-lock.json (a minute or two, once)');
  rmSync(stampFile(root), { force: true });
  const npm = findNpm({ executable: node.executable, env });
  const { code, output } = await runQuietly(npm.command, [...npm.args, 'ci', '--include=dev', '--no-audit', '--no-fund'], {
    cwd: root,
    env,
    shell: npm.shell,
  });
  if (code !== 0) throw new SetupError(explainNpmFailure(output, "Twinlens's libraries"));
}
