// The licences of what is shipped, read from the packages themselves while they are bundled: screen and settings show them.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** @typedef {{ name: string, version: string, licence: string, text: string | null }} Notice */

/** Packages that ship without the text of their licence: where that lies instead, in resources/notices/. */
const TEXTS = [
  { named: /^onnxruntime-/, files: ['onnxruntime.txt'] },
  { named: /^@img\/sharp-libvips-/, files: ['LGPL-3.0.txt', 'GPL-3.0.txt'], readme: true }, // its README lists the libraries inside
];

/**
 * The folder of the package that a file belongs to; null for files of this project.
 * @param {string} file absolute
 */
export function packageFolder(file) {
  const match = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(file.replace(/^\0/, '').replace(/[?#].*$/, ''));
  return match?.[1] ?? null;
}

/**
 * @param {string} root of the project
 * @param {string} folder of a package
 * @returns {Notice}
 */
export function noticeOf(root, folder) {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const text = textOf(root, folder, name);
  const licence = typeof license === 'string' ? license : (license?.type ?? (/^\s*(The )?MIT License/i.test(text ?? '') ? 'MIT' : 'unknown'));
  return { name, version, licence, text };
}

/** @param {string} root @param {string} folder @param {string} name */
function textOf(root, folder, name) {
  const own = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice|third.?party)[^/]*$/i.test(file) && !/\.(js|ts|json)$/i.test(file))
    .sort()
    .map((file) => path.join(folder, file));
  const rule = TEXTS.find(({ named }) => named.test(name));
  const readme = rule?.readme ? [path.join(folder, 'README.md')] : [];
  const given = (rule?.files ?? []).map((file) => path.join(root, 'resources', 'notices', file));
  const files = [...own, ...readme, ...(own.length === 0 ? given : [])];
  return files.length === 0 ? null : files.map((file) => readFileSync(file, 'utf8').trim()).join('\n\n');
}

/**
 * A package that is not bundled, and what it needs in turn: installed ones only, so those for this platform.
 * @param {string} root
 * @param {string} name
 * @param {string} from folder to look from
 * @param {Map<string, string>} found name@folder -> folder
 */
export function withDependencies(root, name, from = root, found = new Map()) {
  const folder = installed(from, name);
  if (folder === null || found.has(folder)) return found;
  found.set(folder, folder);
  if (name === 'electron') return found; // what it needs is for fetching its runtime, which is shipped whole
  const { dependencies = {}, optionalDependencies = {} } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  for (const needed of Object.keys({ ...dependencies, ...optionalDependencies })) withDependencies(root, needed, folder, found);
  return found;
}

/** @param {string} from @param {string} name @returns {string | null} */
function installed(from, name) {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const place = path.join(folder, 'node_modules', name);
    if (existsSync(path.join(place, 'package.json'))) return place;
    if (path.dirname(folder) === folder) return null;
  }
}

/** @param {Notice[]} notices */
export function sorted(notices) {
  const byKey = new Map(notices.map((notice) => [`${notice.name}@${notice.version}`, notice]));
  return [...byKey.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
