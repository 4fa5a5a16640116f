// Licence notices of all parts of Twinlens, read from the modules inside the bundles and beside them.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { filesBelow, modulesFor } from './modules.mjs';

/** @typedef {{ name: string, version: string, licence: string, text: string | null }} Notice as in src/shared/workbench.ts */
/** @typedef {import('./modules.mjs').Module} Module */

const LICENCE_FILE = /^(licen[cs]e|copying|notice|third[-_]?party)/i;

/**
 * The npm modules whose code the bundler put into dist/, according to its source maps.
 * @param {string} root
 * @returns {Module[]}
 */
export function bundledModules(root) {
  const dist = path.join(root, 'dist');
  /** @type {Map<string, Module>} by folder */
  const found = new Map();
  for (const file of filesBelow(dist).filter((name) => name.endsWith('.map'))) {
    const map = path.join(dist, file);
    for (const source of JSON.parse(readFileSync(map, 'utf8')).sources ?? []) {
      const at = path
        .resolve(path.dirname(map), source ?? '')
        .split(path.sep)
        .join('/');
      const [, folder, name] = /^(.*\/node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(at) ?? [];
      if (folder === undefined || found.has(folder) || !existsSync(path.join(folder, 'package.json'))) continue;
      const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
      found.set(folder, { name, folder, version });
    }
  }
  return [...found.values()];
}

/**
 * @param {string} root
 * @param {Module[]} modules
 * @param {Notice[]} more
 * @returns {Notice[]} Twinlens first, then by name
 */
export function noticesFor(root, modules, more = []) {
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const own = { name: 'Twinlens', version, licence: 'MIT', text: readFileSync(path.join(root, 'LICENSE'), 'utf8') };
  const unique = new Map([...modules.map((module) => noticeOf(root, module)), ...more].map((notice) => [`${notice.name} ${notice.version}`, notice]));
  return [own, ...[...unique.values()].sort((a, b) => a.name.localeCompare(b.name, 'en'))];
}

/**
 * @param {string} root
 * @param {Module} module
 * @returns {Notice}
 */
function noticeOf(root, { name, folder, version }) {
  const { license, licenses } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const texts = readdirSync(folder)
    .filter((file) => LICENCE_FILE.test(file))
    .sort()
    .map((file) => readFileSync(path.join(folder, file), 'utf8').trim());
  const named = typeof license === 'string' ? license : (license?.type ?? licenses?.map((/** @type {any} */ one) => one.type).join(' OR '));
  const licence = named ?? (/^\s*(The )?MIT License/i.test(texts[0] ?? '') ? 'MIT' : 'unknown');
  // The README of libvips lists the licences of the libraries linked into it. libvips itself is LGPL.
  if (name.startsWith('@img/sharp-libvips') || licence.includes('LGPL')) texts.push(readFileSync(path.join(folder, 'README.md'), 'utf8').trim());
  const licenceFolder = path.join(root, 'resources', 'licences');
  if (licence.includes('LGPL'))
    texts.push(...['LGPL-3.0.txt', 'GPL-3.0.txt'].map((file) => readFileSync(path.join(licenceFolder, file), 'utf8').trim()));
  const own = path.join(licenceFolder, `${name.replaceAll('/', '+')}.txt`); // of modules that come without a licence file
  if (texts.length === 0 && existsSync(own)) texts.push(readFileSync(own, 'utf8').trim());
  if (texts.length === 0 && licence.startsWith('Apache-2.0')) texts.push(readFileSync(path.join(licenceFolder, 'Apache-2.0.txt'), 'utf8').trim());
  return { name, version, licence, text: texts.length > 0 ? texts.join('\n\n') : null };
}

/**
 * @param {string} root
 * @returns {Notice[]}
 */
export function electronNotices(root) {
  const folder = path.join(root, 'node_modules', 'electron');
  const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const chromium = 'The licences of Chromium and of the libraries inside it are in the file LICENSES.chromium.html of the program’s folder.';
  return [
    { name: 'Electron', version, licence: 'MIT', text: readFileSync(path.join(folder, 'LICENSE'), 'utf8') },
    { name: 'Chromium', version: `of Electron ${version}`, licence: 'BSD-3-Clause and others', text: chromium },
  ];
}

/**
 * Writes dist/notices.json for the program as it runs from this checkout.
 * @param {string} root
 */
function writeNotices(root) {
  const target = /** @type {import('./modules.mjs').Target} */ ({ platform: process.platform, arch: process.arch });
  const modules = [...modulesFor(path.join(root, 'node_modules'), target), ...bundledModules(root)];
  writeFileSync(path.join(root, 'dist', 'notices.json'), JSON.stringify(noticesFor(root, modules)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeNotices(path.resolve(path.dirname(process.argv[1]), '..', '..'));
