// Selects the modules of a package and their files. A package contains no others.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

/** @typedef {{ platform: 'linux' | 'win32' | 'darwin', arch: 'x64' | 'arm64', cuda?: boolean }} Target in Node's names; cuda: with the parts for NVIDIA cards */
/** @typedef {{ name: string, folder: string, version: string }} Module */

/** Modules that the bundles require at run time; all others are bundled (vite.config.ts). */
export const RUNTIME_MODULES = ['better-sqlite3', 'onnxruntime-node', 'sharp', '@fontsource/inter'];

/** Further modules of the CUDA flavour: TensorFlow's library and binding, and TF.js, which the binding requires by name. */
export const CUDA_MODULES = ['@tensorflow/tfjs', '@tensorflow/tfjs-node-gpu'];

/** Dependencies that only install scripts, build scripts or unused entry points need. */
const INSTALL_ONLY = new Set(['adm-zip', 'global-agent', 'node-addon-api', 'argparse', 'chalk', 'core-js', 'regenerator-runtime', 'yargs']);

/** It contains its own node_modules (scripts/cuda/parts.mjs). */
const COMPLETE = new Set(['@tensorflow/tfjs-node-gpu']);

/** Font subsets for the legends of exported maps (src/main/compute/explain/legend.ts). */
const FONT_FILE = /^files\/inter-(latin|latin-ext|greek|cyrillic|vietnamese)-400-normal\.woff$/;
const ABOUT = /^(package\.json|licen[cs]e[^/]*|copying[^/]*|notice[^/]*|third[-_]?party[^/]*)$/i;
/** Types, source maps, tests, documents and build files. */
const UNUSED_FILE = /\.(map|d\.[cm]?ts|[cm]?ts|md|markdown|gyp|gypi|h|hpp|cc|cpp)$|(^|\/)(test|tests|docs?|benchmark|example|examples)\//i;

/** @type {Record<string, (file: string, target: Target, all: ReadonlySet<string>) => boolean>} */
const FILES = {
  // Only this platform's prebuild. A `build` folder may contain files compiled on this machine.
  'better-sqlite3': (file, { platform, arch }) => (file.startsWith('lib/') && file.endsWith('.js')) || file === `prebuilds/${platform}-${arch}.node`,
  'onnxruntime-node': (file, { platform, arch, cuda }, all) => {
    if (file.startsWith('dist/')) return file.endsWith('.js');
    const home = `bin/napi-v6/${platform}/${arch}/`;
    if (!file.startsWith(home)) return false;
    if (/providers_tensorrt/.test(file)) return false;
    if (/providers_(cuda|shared)/.test(file)) return cuda === true && platform === 'linux'; // hundreds of megabytes
    // npm packages can't hold symbolic links, so the package has the library twice; the binding loads the shorter name.
    return !(/libonnxruntime\.\d+\.\d+\.\d+\.dylib$/.test(file) && all.has(`${home}libonnxruntime.1.dylib`));
  },
  'onnxruntime-common': (file) => /^dist\/cjs\/.*\.(js|json)$/.test(file) && !file.endsWith('.map'),
  '@tensorflow/tfjs-node-gpu': (file) => (/^(dist|node_modules)\//.test(file) && !UNUSED_FILE.test(file)) || /^(lib|deps\/lib)\//.test(file),
  sharp: (file) => /^dist\/.*\.cjs$/.test(file),
  '@fontsource/inter': (file) => FONT_FILE.test(file),
};

/**
 * @param {string} name
 * @param {string} file relative to the module's folder, with /
 * @param {Target} target
 * @param {ReadonlySet<string>} all the module's files
 */
export function isPackaged(name, file, target, all) {
  if (ABOUT.test(file)) return true;
  if (name.startsWith('@img/sharp-')) return !UNUSED_FILE.test(file) || file === 'README.md'; // lists the licences of the bundled libraries
  if (/^@tensorflow\/tfjs(-|$)/.test(name) && name !== '@tensorflow/tfjs-node-gpu') return /^dist\/[^/]*\.node\.js$/.test(file);
  return FILES[name]?.(file, target, all) ?? !UNUSED_FILE.test(file);
}

/**
 * The modules of a package: those required at run time and, recursively, their dependencies.
 * @param {string} nodeModules
 * @param {Target} target
 * @param {(name: string) => string | null} folderOf the folder of a module whose version for the target is not in node_modules
 * @returns {Module[]} sorted by name
 */
export function modulesFor(nodeModules, target, folderOf = () => null) {
  /** @type {Map<string, Module>} */
  const found = new Map();
  /** @param {string} name */
  const add = (name) => {
    if (found.has(name) || INSTALL_ONLY.has(name)) return;
    const folder = folderOf(name) ?? path.join(nodeModules, name);
    if (!existsSync(path.join(folder, 'package.json'))) throw new Error(`the module ${name} is not installed`);
    const { version, dependencies = {} } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    found.set(name, { name, folder, version });
    if (!COMPLETE.has(name)) Object.keys(dependencies).forEach(add);
  };
  RUNTIME_MODULES.forEach(add);
  if (target.cuda) CUDA_MODULES.forEach(add);
  for (const name of imageModules(nodeModules, target)) add(name);
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Why the CUDA flavour can't be packaged here, or null. Its parts can be downloaded only for this system.
 * @param {string} nodeModules
 * @param {Target} target
 */
export function whyNoCuda(nodeModules, { platform, arch }, host = process.platform) {
  if (platform === 'darwin' || arch !== 'x64') return `There is no CUDA for ${platform} ${arch}: leave --cuda out.`;
  if (platform !== host) return `The CUDA flavour for ${platform} is packaged on ${platform}: its parts can be downloaded only on that system.`;
  const provider = path.join(nodeModules, 'onnxruntime-node', 'bin', 'napi-v6', platform, arch, 'libonnxruntime_providers_cuda.so');
  const here = existsSync(path.join(nodeModules, '@tensorflow', 'tfjs-node-gpu', 'lib')) && (platform !== 'linux' || existsSync(provider));
  return here
    ? null
    : 'The CUDA parts are not installed: run "npm run install-cuda" first (with "-- --without-card" on a machine without an NVIDIA card).';
}

/**
 * sharp's own code and libvips for one platform; on Windows both are one module.
 * @param {string} nodeModules
 * @param {Target} target
 */
export function imageModules(nodeModules, { platform, arch }) {
  const { optionalDependencies } = JSON.parse(readFileSync(path.join(nodeModules, 'sharp', 'package.json'), 'utf8'));
  return [`@img/sharp-${platform}-${arch}`, `@img/sharp-libvips-${platform}-${arch}`].filter((name) => name in optionalDependencies);
}

/**
 * @param {string} folder
 * @returns {string[]} all files below it, relative, with /
 */
export const filesBelow = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort();
