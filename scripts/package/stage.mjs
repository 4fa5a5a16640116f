// Prepares the folder that electron-builder packs. A package contains only what this script puts there.
import { copyFileSync, chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fetchPackages } from '../bootstrap/fetch.mjs';
import { holds } from '../bootstrap/node.mjs';
import { say, SetupError } from '../bootstrap/say.mjs';
import { isPackaged, filesBelow, modulesFor } from './modules.mjs';
import { electronNotices, noticesFor, bundledModules } from './notices.mjs';
import { nodePinFor, pinsFor } from './pins.mjs';

/** @typedef {import('./modules.mjs').Target} Target */

const BUNDLES = ['index', 'preload', 'compute', 'reader', 'datasets', 'cli'];
const RESOURCES = ['weights.json', 'weights.README.md', 'icon.png'];

/**
 * Fills `<stage>/app` (the application) and, for Linux, `<stage>/node` (the Node that runs compute).
 * @param {string} root
 * @param {string} stage
 * @param {Target} target
 * @param {{ node?: string }} [options] node: an executable to package instead of the pinned one (tests, without the network)
 */
export async function stageApp(root, stage, target, { node } = {}) {
  rmSync(stage, { recursive: true, force: true });
  const app = path.join(stage, 'app');
  const dist = path.join(root, 'dist');
  for (const name of BUNDLES) if (!existsSync(path.join(dist, 'main', `${name}.cjs`))) throw new SetupError(`dist/main/${name}.cjs is not built`);
  const isOurs = (/** @type {string} */ file) =>
    BUNDLES.some((name) => file === `${name}.cjs` || file.startsWith(`${name}/`)) && !file.endsWith('.map');
  copy(path.join(dist, 'main'), path.join(app, 'dist', 'main'), isOurs);
  copy(path.join(dist, 'renderer'), path.join(app, 'dist', 'renderer'), (file) => !file.endsWith('.map'));
  copy(path.join(root, 'resources'), path.join(app, 'resources'), (file) => RESOURCES.includes(file));
  copyFileSync(path.join(root, 'LICENSE'), path.join(app, 'LICENSE'));

  const fetched = await fetchModules(root, target);
  const modules = modulesFor(path.join(root, 'node_modules'), target, fetched);
  for (const { name, folder } of modules) {
    const all = new Set(filesBelow(folder));
    copy(folder, path.join(app, 'node_modules', name), (file) => isPackaged(name, file, target, all));
  }
  const nodeVersion = await copyNode(root, stage, target, node);
  const notices = noticesFor(root, [...modules, ...bundledModules(root)], [...electronNotices(root), ...nodeVersion]);
  writeFileSync(path.join(app, 'dist', 'notices.json'), JSON.stringify(notices));

  const { name, productName, version, description, license, main } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const homepage = 'https://twinlens.invalid'; // the deb format requires one; the publisher sets it
  writeFileSync(
    path.join(app, 'package.json'),
    `${JSON.stringify({ name, productName, version, description, license, homepage, author: 'the Twinlens authors', main }, null, 2)}\n`,
  );
}

/**
 * @param {string} from
 * @param {string} to
 * @param {(file: string) => boolean} wanted
 */
function copy(from, to, wanted) {
  for (const file of filesBelow(from).filter(wanted)) {
    mkdirSync(path.dirname(path.join(to, file)), { recursive: true });
    copyFileSync(path.join(from, file), path.join(to, file));
  }
}

/**
 * Modules of another platform, downloaded once and cached in .toolchain/.
 * @param {string} root
 * @param {Target} target
 * @returns {Promise<(name: string) => string | null>}
 */
async function fetchModules(root, target) {
  const pins = pinsFor(root, target);
  if (pins.length === 0) return () => null;
  const home = await cachedPackages(root, `${target.platform}-${target.arch}`, pins);
  return (name) => (pins.some((pin) => pin.name === name) ? path.join(home, 'node_modules', name) : null);
}

/**
 * @param {string} root
 * @param {string} what
 * @param {import('../bootstrap/fetch.mjs').Pin[]} pins
 * @returns {Promise<string>} a folder whose node_modules contains only these
 */
async function cachedPackages(root, what, pins) {
  const home = path.join(root, '.toolchain', 'packages', what);
  const stamp = path.join(home, 'pins.json');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === JSON.stringify(pins)) return home;
  say(`fetching ${pins.map((pin) => `${pin.name} ${pin.version}`).join(', ')}`);
  const work = `${home}-fetching`;
  await fetchPackages(work, pins, `the ${what} libraries`);
  writeFileSync(path.join(work, 'pins.json'), JSON.stringify(pins));
  rmSync(home, { recursive: true, force: true });
  renameSync(work, home);
  return home;
}

/**
 * @param {string} root
 * @param {string} stage
 * @param {Target} target
 * @param {string | undefined} given
 * @returns {Promise<import('./notices.mjs').Notice[]>} its notice
 */
async function copyNode(root, stage, target, given) {
  const pin = nodePinFor(target);
  if (pin === null) return [];
  const toolchain = path.join(root, '.toolchain', 'node');
  const isHost = target.platform === process.platform && target.arch === process.arch;
  let folder = isHost && holds(toolchain, pin) ? toolchain : null;
  if (folder === null && given === undefined)
    folder = path.join(await cachedPackages(root, `node-linux-${target.arch}`, [pin]), 'node_modules', pin.name);
  const to = path.join(stage, 'node');
  mkdirSync(path.join(to, 'bin'), { recursive: true });
  copyFileSync(given ?? path.join(/** @type {string} */ (folder), 'bin', 'node'), path.join(to, 'bin', 'node'));
  chmodSync(path.join(to, 'bin', 'node'), 0o755);
  const licence = folder === null ? null : readFileSync(path.join(folder, 'LICENSE'), 'utf8');
  if (licence !== null) writeFileSync(path.join(to, 'LICENSE'), licence);
  return [{ name: 'Node.js', version: pin.version, licence: 'MIT', text: licence }];
}
