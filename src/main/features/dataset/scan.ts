import type { Dirent, Stats } from 'node:fs';
import { access, constants, lstat, readdir, realpath, stat } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { type RejectedFile, UNSORTED } from '../../../shared/dataset.ts';
import { AppError } from '../../../shared/errors.ts';
import { absoluteFile, extensionOf, isImageFile } from '../../foundation/image-files.ts';
import { byCodePoint, quote } from '../../foundation/words.ts';
import { throwIfCancelled } from './cancel.ts';

export interface ListedFile {
  file: string; // relative to the root, '/' between folders
  className: string; // name of the root's direct sub-folder that contains it; UNSORTED in a listing without class folders
}

export interface Listing {
  root: string; // absolute, as given (links not resolved)
  files: ListedFile[]; // sorted by code point
  rejected: RejectedFile[]; // sorted by code point
  classFolders: string[]; // also those without an image
  unsorted: boolean; // whether no folder has an image, so that the images directly in the root are one class, UNSORTED
}

const UNSUPPORTED_FORMATS: Record<string, string> = {
  bmp: 'BMP',
  heic: 'HEIC',
  heif: 'HEIF',
  jxl: 'JPEG XL',
  jp2: 'JPEG 2000',
  psd: 'Photoshop',
  svg: 'SVG',
  ico: 'icon',
  dng: 'camera raw',
  cr2: 'camera raw',
  cr3: 'camera raw',
  nef: 'camera raw',
  arw: 'camera raw',
};
const SYSTEM_NAMES = new Set(['thumbs.db', 'ehthumbs.db', 'desktop.ini', '__macosx', '@eadir', '$recycle.bin', 'system volume information']);

/**
 * Lists a data set's folder: each direct sub-folder of `folder` is a class with all images below it. If none has an image, the images directly
 * in `folder` are one class, UNSORTED.
 * Decodes nothing: a listed file is readable and is named like an image or begins like one. Anything else is rejected with a reason and does
 * not stop the listing. Each folder is listed once, so circular links do no harm.
 * Throws AppError 'not-found' if the folder is missing, 'bad-dataset' if it is a file or unreadable, and 'cancelled'.
 */
export async function listClassFolders(folder: string, { signal }: { signal?: AbortSignal | undefined } = {}): Promise<Listing> {
  const root = resolve(folder);
  const entries = sortedByName(await rootEntries(root));
  const sorted = await list(root, entries, false, signal);
  if (sorted.files.length > 0) return sorted;
  const unsorted = await list(root, entries, true, signal);
  return unsorted.files.length > 0 ? unsorted : sorted;
}

async function list(root: string, entries: readonly Dirent[], unsorted: boolean, signal: AbortSignal | undefined): Promise<Listing> {
  const walk: Walk = { root, realRoot: await realpath(root), unsorted, entered: new Set(), files: [], rejected: [], pending: [] };
  walk.entered.add(walk.realRoot);
  const classFolders: string[] = [];
  for (const entry of entries) {
    const kind = await classify(walk, '', entry);
    if (kind !== 'folder') continue;
    classFolders.push(entry.name);
    // List one class completely before the next: a folder linked from two classes belongs to the first.
    while (walk.pending.length > 0) {
      throwIfCancelled(signal);
      await listFolder(walk, walk.pending.pop()!);
    }
  }
  walk.files.sort((a, b) => byCodePoint(a.file, b.file));
  walk.rejected.sort((a, b) => byCodePoint(a.file, b.file));
  return { root, files: walk.files, rejected: walk.rejected, classFolders, unsorted };
}

interface Walk {
  root: string;
  realRoot: string;
  unsorted: boolean; // whether images directly in the root are listed
  entered: Set<string>; // real paths of folders
  files: ListedFile[];
  rejected: RejectedFile[];
  pending: string[]; // folders to list, relative
}

async function rootEntries(root: string): Promise<Dirent[]> {
  try {
    return await readdir(root, { withFileTypes: true });
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new AppError('not-found', `There is no folder ${quote(root)}.`, { root }, error);
    if (code === 'ENOTDIR') {
      throw new AppError('bad-dataset', `${quote(root)} is a file: choose the folder that contains one folder per class.`, { root }, error);
    }
    throw new AppError('bad-dataset', `The folder ${quote(root)} can't be read (${reasonFor(code, message)}).`, { root }, error);
  }
}

async function listFolder(walk: Walk, folder: string): Promise<void> {
  let entries: Dirent[];
  try {
    entries = await readdir(absoluteFile(walk.root, folder), { withFileTypes: true });
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    walk.rejected.push({ file: folder, reason: `unreadable folder: ${reasonFor(code, message)}` });
    return;
  }
  // Links last, so that a folder is listed under its real path, not under a link to it.
  const inOrder = sortedByName(entries);
  const plain = inOrder.filter((entry) => !entry.isSymbolicLink());
  const links = inOrder.filter((entry) => entry.isSymbolicLink());
  for (let i = 0; i < plain.length; i += 64) await Promise.all(plain.slice(i, i + 64).map((entry) => classify(walk, folder, entry)));
  for (const entry of links) await classify(walk, folder, entry);
}

const sortedByName = (entries: Dirent[]): Dirent[] => entries.sort((a, b) => byCodePoint(a.name, b.name));

/** Adds an entry to the files, the rejected files or the folders to list. */
async function classify(walk: Walk, folder: string, entry: Dirent): Promise<'folder' | 'file' | 'rejected'> {
  const file = folder === '' ? entry.name : `${folder}/${entry.name}`;
  const path = absoluteFile(walk.root, file);
  const reject = (reason: string): 'rejected' => {
    walk.rejected.push({ file, reason });
    return 'rejected';
  };
  if (entry.name.startsWith('.')) return reject(entry.isDirectory() ? 'hidden folder' : 'hidden file');
  if (SYSTEM_NAMES.has(entry.name.toLowerCase()))
    return reject(`created by the operating system, not ${entry.isDirectory() ? 'a class' : 'an image'}`);
  let kind: Dirent | Stats = entry;
  try {
    if (entry.isSymbolicLink()) kind = await stat(path);
    else if (entry.name.includes('\ufffd')) await lstat(path); // Node replaces bytes that are not UTF-8, so such a name can't be opened
    if (kind.isDirectory()) {
      const real = await realpath(path);
      if (entry.isSymbolicLink() && (real === walk.realRoot || isInside(walk.realRoot, real))) {
        return reject('a link back into this data set; its images are already listed');
      }
      if (walk.entered.has(real)) return reject('a link to a folder that is already listed');
      walk.entered.add(real);
      walk.pending.push(file);
      return 'folder';
    }
    if (!kind.isFile()) return reject('not a regular file');
    if (folder === '' && !walk.unsorted) return reject('not inside a class folder');
    if (!(await isImageFile(path))) return reject(notAnImage(entry.name));
    await access(path, constants.R_OK);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    return reject(reasonFor(code, message, entry.isSymbolicLink()));
  }
  walk.files.push({ file, className: folder === '' ? UNSORTED : file.slice(0, file.indexOf('/')) });
  return 'file';
}

function isInside(folder: string, path: string): boolean {
  const prefix = folder.endsWith(sep) ? folder : folder + sep;
  return path.startsWith(prefix);
}

/** Why a file that neither is named like an image nor begins like one is rejected. */
function notAnImage(name: string): string {
  const extension = extensionOf(name);
  if (extension === '') return 'not an image, by its content; its name has no extension';
  const format = Object.hasOwn(UNSUPPORTED_FORMATS, extension) ? UNSUPPORTED_FORMATS[extension] : undefined;
  if (format) return `${format} is not supported: convert it to PNG or JPEG`;
  return `not an image (.${extension})`;
}

function reasonFor(code: string, message: string, link = false): string {
  switch (code) {
    case 'ENOENT':
      return link ? 'a broken link' : "its name can't be read on this computer";
    case 'ELOOP':
      return 'a circular link';
    case 'EACCES':
    case 'EPERM':
      return 'you are not permitted to read it';
    case 'ENAMETOOLONG':
      return 'its path is too long';
    default:
      return `it can't be read (${code || message})`;
  }
}
