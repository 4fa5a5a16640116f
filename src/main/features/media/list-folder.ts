import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { AppError, asAppError } from '../../../shared/errors.ts';
import type { FolderListing } from '../../../shared/workbench.ts';
import { isImageFile } from '../../foundation/image-files.ts';

const FILES_SHOWN = 500;
const OPEN_AT_ONCE = 64;
type Shortcut = FolderListing['shortcuts'][number];

/** Alphabetical order, case-insensitive, with 2 before 10. */
const byName = new Intl.Collator('en', { numeric: true, sensitivity: 'base' }).compare;

/**
 * Sub-folders and images of a folder on this computer; null: the home folder. Follows links. Leaves out hidden and unreadable
 * entries. `samples`: additional shortcuts to folders of this workspace. `allowFile`: a path of a file lists its folder and names the file.
 * Throws AppError 'not-found' (no such folder, or a file) and 'workspace' (not permitted).
 */
export async function listFolder(
  requested: string | null,
  { samples = [], allowFile = false }: { samples?: readonly Shortcut[]; allowFile?: boolean } = {},
): Promise<FolderListing> {
  const path = resolve(requested?.trim() || homedir());
  const isFile = allowFile && ((await stat(path).catch(() => null))?.isFile() ?? false);
  const folder = isFile ? dirname(path) : path;
  const entries = await readEntries(folder);
  const kinds = await Promise.all(
    entries.filter(({ name }) => !name.startsWith('.')).map(async (entry) => [entry.name, await kindOf(folder, entry)] as const),
  );
  const namesOf = (kind: 'folder' | 'file'): string[] =>
    kinds
      .filter(([, is]) => is === kind)
      .map(([name]) => name)
      .sort(byName);
  const images = await filterImages(folder, namesOf('file'));
  return {
    folder,
    parent: dirname(folder) === folder ? null : dirname(folder),
    folders: namesOf('folder'),
    images: images.length,
    imageFiles: images.slice(0, FILES_SHOWN),
    file: isFile ? basename(path) : null,
    shortcuts: [...(await commonFolders()), ...samples],
  };
}

/** Names of images, by extension or content; an unreadable file is none. */
async function filterImages(folder: string, names: string[]): Promise<string[]> {
  const isImage: boolean[] = [];
  for (let i = 0; i < names.length; i += OPEN_AT_ONCE) {
    isImage.push(...(await Promise.all(names.slice(i, i + OPEN_AT_ONCE).map((name) => isImageFile(join(folder, name)).catch(() => false)))));
  }
  return names.filter((_, i) => isImage[i]);
}

async function readEntries(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTDIR') throw new AppError('not-found', `${folder} is a file. Choose a folder.`, { folder }, error);
    if (code === 'ENOENT') throw new AppError('not-found', `There is no folder ${folder}. Check the path.`, { folder }, error);
    if (code === 'EACCES' || code === 'EPERM')
      throw new AppError('workspace', `You are not permitted to read ${folder}. Choose another folder, or ask its owner.`, { folder }, error);
    throw asAppError(error);
  }
}

async function kindOf(folder: string, entry: Dirent): Promise<'folder' | 'file' | null> {
  if (entry.isDirectory()) return 'folder';
  if (entry.isFile()) return 'file';
  if (!entry.isSymbolicLink()) return null;
  const target = await stat(join(folder, entry.name)).catch(() => null); // a broken link
  return target?.isDirectory() ? 'folder' : target?.isFile() ? 'file' : null;
}

/** The home folder, its usual sub-folders, and the disks, as far as they exist. */
async function commonFolders(): Promise<Shortcut[]> {
  const home = homedir();
  const candidates: Shortcut[] = [
    { name: 'Home', folder: home },
    ...['Desktop', 'Pictures', 'Downloads'].map((name) => ({ name, folder: join(home, name) })),
    ...(await disks()),
  ];
  const isPresent = await Promise.all(
    candidates.map(({ folder }) =>
      stat(folder).then(
        (found) => found.isDirectory(),
        () => false,
      ),
    ),
  );
  return candidates.filter((_, i) => isPresent[i]);
}

async function disks(): Promise<Shortcut[]> {
  if (process.platform === 'win32') return [...'CDEFGHIJKLMNOPQRSTUVWXYZ'].map((letter) => ({ name: `Disk ${letter}:`, folder: `${letter}:\\` }));
  const mounts =
    process.platform === 'darwin' ? ['/Volumes'] : ['/media', '/mnt', join('/run/media', basename(homedir())), join('/media', basename(homedir()))];
  const inside = await Promise.all(
    mounts.map(async (mount) => (await readdir(mount).catch((): string[] => [])).map((name) => ({ name, folder: join(mount, name) }))),
  );
  return [{ name: 'This computer', folder: '/' }, ...inside.flat()];
}
