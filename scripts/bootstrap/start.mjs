import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { handOver, runQuietly } from './run.mjs';
import { say } from './say.mjs';

const ANSWER_MS = 3_000; // for the download server of Electron's runtime to answer
const FETCH_MS = 15 * 60_000; // for the download, about 120 MB
const OPEN_MS = 10_000; // a desktop program that fails within this time could not open a window

/**
 * `npm start`: opens the desktop workbench if Electron's runtime is available, else serves the same workbench to the browser.
 * @param {string} root
 * @param {import('./node.mjs').Node} node
 * @param {NodeJS.ProcessEnv} env
 * @param {string[]} args
 * @returns {Promise<number>} exit code
 */
export async function start(root, node, env, args) {
  const { electron, why } = await desktop(root, node, env);
  if (electron !== null) {
    const startedMs = Date.now();
    const code = await handOver(electron, [...sandboxFor(), root, '--sample', ...args], { cwd: root, env: withoutRunAsNode(env), survive: true });
    if (code === 0 || Date.now() - startedMs > OPEN_MS) return code;
    say('the desktop window could not be opened (see above), so the workbench is served to your browser');
  } else {
    say(`${why}, so the workbench is served to your browser`);
  }
  const connect = valueOf(args, '--connect');
  if (connect !== null) {
    console.log(`Open ${connect}`);
    return 0;
  }
  return handOver(node.executable, [path.join(root, 'dist', 'main', 'cli.cjs'), 'serve', '--sample', '--open', ...args], { cwd: root, env });
}

/**
 * @param {string} root
 * @param {import('./node.mjs').Node} node
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ electron: string, why: null } | { electron: null, why: string }>}
 */
async function desktop(root, node, env) {
  if (!hasScreen(env)) return { electron: null, why: 'there is no display for a desktop window' };
  const found = findElectron(root, env) ?? (await fetchElectron(root, node, env));
  return found === null ? { electron: null, why: "Electron's runtime is not installed and could not be downloaded" } : { electron: found, why: null };
}

/**
 * Whether a window can open. If not, npm start downloads nothing.
 * @param {NodeJS.ProcessEnv} env
 */
export function hasScreen(env, platform = process.platform) {
  if (env['CI'] && env['CI'] !== 'false') return false;
  return platform === 'win32' || platform === 'darwin' || Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY']);
}

/**
 * The program of an installed Electron runtime: ELECTRON_OVERRIDE_DIST_PATH, else the one that the package downloaded.
 * The electron package is never required here: that would start a download.
 * @param {string} root
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string | null}
 */
export function findElectron(root, env = process.env) {
  const home = path.join(root, 'node_modules', 'electron');
  const name = { win32: 'electron.exe', darwin: 'Electron.app/Contents/MacOS/Electron' }[/** @type {string} */ (process.platform)] ?? 'electron';
  const given = env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (given) return existsSync(path.join(given, name)) ? path.join(given, name) : null;
  // The version file is written last, so an interrupted download does not count.
  try {
    const wanted = JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8')).version;
    if (
      readFileSync(path.join(home, 'dist', 'version'), 'utf8')
        .trim()
        .replace(/^v/, '') !== wanted
    )
      return null;
  } catch {
    return null;
  }
  const program = path.join(home, 'dist', name);
  return existsSync(program) ? program : null;
}

/**
 * Downloads the runtime once, with the package's own script. Offline it returns within seconds.
 * @param {string} root
 * @param {import('./node.mjs').Node} node
 * @param {NodeJS.ProcessEnv} env
 */
async function fetchElectron(root, node, env) {
  const script = path.join(root, 'node_modules', 'electron', 'install.js');
  if (env['ELECTRON_OVERRIDE_DIST_PATH'] || env['ELECTRON_SKIP_BINARY_DOWNLOAD'] || !existsSync(script)) return null;
  const mirror = env['ELECTRON_MIRROR'] ?? env['npm_config_electron_mirror'] ?? 'https://github.com/electron/electron/releases/';
  const answers = await fetch(mirror, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(ANSWER_MS) }).then(
    (response) => response.status < 500,
    () => false,
  );
  if (!answers) return null;
  say("downloading Electron's runtime for the desktop window (about 120 MB, once)");
  const { code, output } = await runQuietly(node.executable, [script], { cwd: root, env, timeout: FETCH_MS });
  if (code !== 0) say(`Electron's runtime could not be downloaded: ${output.trim().split('\n')[0]}`);
  return findElectron(root, env);
}

/** Chromium's sandbox does not work as root, which is common in containers. */
const sandboxFor = () => (process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : []);

/**
 * Removes a variable that some editors set in their terminals: it would make Electron run as plain Node.
 * @param {NodeJS.ProcessEnv} env
 */
function withoutRunAsNode(env) {
  const rest = { ...env };
  delete rest['ELECTRON_RUN_AS_NODE'];
  return rest;
}

/**
 * @param {string[]} args
 * @param {string} name
 * @returns {string | null}
 */
function valueOf(args, name) {
  const joined = args.find((arg) => arg.startsWith(`${name}=`));
  if (joined !== undefined) return joined.slice(name.length + 1);
  const at = args.indexOf(name);
  return at >= 0 ? (args[at + 1] ?? null) : null;
}
