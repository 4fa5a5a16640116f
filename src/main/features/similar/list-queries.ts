import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import { isImageFile } from '../../foundation/image-files.ts';
import { byCodePoint, quote } from '../../foundation/words.ts';

/** Most images of a folder search: a person decides on each. */
export const MAX_QUERIES = 10_000;

/**
 * The image files of a folder and its sub-folders, relative with '/', sorted by code point. Hidden files and folders, other files and links to folders
 * are left out. Throws AppError 'not-found' for a folder that can't be read, 'bad-request' without images or with too many, 'cancelled'.
 */
export async function listQueries(folder: string, signal: AbortSignal): Promise<string[]> {
  const root = resolve(folder);
  const files: string[] = [];
  const pending = [''];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    if (signal.aborted) throw new AppError('cancelled', 'The search was cancelled.');
    for (const entry of await entriesOf(join(root, at), at === '')) {
      const file = at === '' ? entry.name : `${at}/${entry.name}`;
      if (entry.name.startsWith('.')) continue;
      if (entry.isDirectory()) pending.push(file);
      else if ((await isFile(entry, join(root, file))) && (await isImageFile(join(root, file)).catch(() => true))) files.push(file); // unreadable: named later
      if (files.length > MAX_QUERIES)
        throw new AppError('bad-request', `${quote(root)} has more than ${MAX_QUERIES.toLocaleString('en')} images. Choose a part of it.`, {
          folder,
        });
    }
  }
  if (files.length === 0)
    throw new AppError('bad-request', `There are no images in ${quote(root)}. Choose a folder with the images to look for.`, { folder });
  return files.sort(byCodePoint);
}

async function isFile(entry: Dirent, path: string): Promise<boolean> {
  return entry.isFile() || (entry.isSymbolicLink() && ((await stat(path).catch(() => null))?.isFile() ?? false));
}

/** Of a sub-folder that can't be read none. */
async function entriesOf(folder: string, isRoot: boolean): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (!isRoot) return [];
    throw new AppError('not-found', `The folder ${quote(folder)} can’t be read. Check that it is there and that you may open it.`, { folder }, error);
  }
}
