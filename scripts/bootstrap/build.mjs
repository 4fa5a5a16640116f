import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { withLock } from './lock.mjs';
import { runQuietly } from './run.mjs';
import { say, SetupError } from './say.mjs';

/** Vite builds: configuration file and folder in dist/. */
export const BUILDS = [
  { config: 'vite.config.ts', into: 'main', options: ['--app'] },
  { config: 'vite.renderer.config.ts', into: 'renderer', options: [] },
];
const SOURCES = ['src', 'resources', 'package.json', 'package-lock.json', 'tsconfig.json', ...BUILDS.map((build) => build.config)];

/** @param {string} root */
const stampFile = (root) => path.join(root, 'dist', '.built');

/**
 * Hash of name, size and modification time of every source file. Takes a few milliseconds, which every command waits.
 * @param {string} root
 */
export function fingerprintOf(root) {
  const hash = createHash('sha256');
  /** @param {string} name relative to the root */
  const add = (name) => {
    const file = path.join(root, name);
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat === undefined) return;
    if (stat.isDirectory()) {
      for (const child of readdirSync(file).sort()) add(`${name}/${child}`);
    } else {
      hash.update(`${name}\n${stat.size} ${stat.mtimeMs}\n`);
    }
  };
  SOURCES.forEach(add);
  return hash.digest('hex');
}

/** @param {string} root */
export function needsBuild(root) {
  try {
    return readFileSync(stampFile(root), 'utf8') !== fingerprintOf(root);
  } catch {
    return true;
  }
}

/**
 * @param {string} root
 * @param {string} [fingerprint] from before the build: a source that changed during the build triggers the next one
 */
export function markBuilt(root, fingerprint = fingerprintOf(root)) {
  mkdirSync(path.dirname(stampFile(root)), { recursive: true });
  writeFileSync(stampFile(root), fingerprint);
}

/**
 * Vite takes a path for a URL, in which # and ? end the file name. The built program runs in such a folder.
 * @param {string} root
 */
export function checkPath(root) {
  const found = /[#?]/.exec(root);
  if (found) throw new SetupError(`Twinlens can't be built in ${root}: its path contains ${found[0]}. Move or rename the folder.`);
}

/**
 * @param {string} root
 * @param {import('./node.mjs').Node} node
 * @param {NodeJS.ProcessEnv} env
 * @param {{ force?: boolean }} [options]
 * @returns {Promise<'built' | 'fresh'>}
 */
export async function ensureBuilt(root, node, env, { force = false } = {}) {
  if (!force && !needsBuild(root)) return 'fresh';
  return withLock(path.join(root, '.toolchain', 'lock'), async () => {
    if (!force && !needsBuild(root)) return 'fresh';
    checkPath(root);
    say('building');
    const fingerprint = fingerprintOf(root);
    for (const build of BUILDS) if (existsSync(path.join(root, build.config))) await buildOne(root, node, env, build);
    if (existsSync(path.join(root, 'scripts', 'package'))) await writeNotices(root, node, env);
    markBuilt(root, fingerprint);
    return 'built';
  });
}

/**
 * Writes the list of third-party licences.
 * @param {string} root
 * @param {import('./node.mjs').Node} node
 * @param {NodeJS.ProcessEnv} env
 */
async function writeNotices(root, node, env) {
  const script = path.join(root, 'scripts', 'package', 'notices.mjs');
  const { code, output } = await runQuietly(node.executable, [script], { cwd: root, env });
  if (code !== 0) throw new SetupError(`the licences could not be listed:\n${output.trim()}`);
}

/**
 * Builds into a new folder and swaps it in at the end, so a failed build leaves the old one working. Both folders have
 * the same depth because source maps contain relative paths.
 * @param {string} root
 * @param {import('./node.mjs').Node} node
 * @param {NodeJS.ProcessEnv} env
 * @param {{ config: string, into: string, options: string[] }} build
 */
async function buildOne(root, node, env, { config, into, options }) {
  const dist = path.join(root, 'dist');
  const home = path.join(dist, into);
  const fresh = path.join(dist, `.building-${into}`);
  const replaced = path.join(dist, `.replaced-${into}`);
  const clear = () => [fresh, replaced].forEach((folder) => rmSync(folder, { recursive: true, force: true }));
  clear(); // leftovers of an interrupted build
  try {
    const vite = path.join(root, 'node_modules', 'vite', 'bin', 'vite.js');
    const args = [vite, 'build', ...options, '--config', config, '--outDir', fresh, '--logLevel', 'warn'];
    const { code, output } = await runQuietly(node.executable, args, { cwd: root, env: { ...env, NO_COLOR: '1' } });
    if (code !== 0 || !existsSync(fresh)) throw new SetupError(`the build failed:\n${output.trim()}`);
    if (existsSync(home)) renameSync(home, replaced);
    renameSync(fresh, home);
  } finally {
    clear();
  }
}
