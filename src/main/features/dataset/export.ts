import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { CuratedImage } from '../../../shared/curation.ts';
import { AppError, asAppError } from '../../../shared/errors.ts';
import { csvOfRows } from '../../foundation/csv.ts';
import { makeFolders, temporaryPath } from '../../foundation/files.ts';
import { quote } from '../../foundation/words.ts';
import { UniqueNames } from '../../foundation/file-names.ts';
import { absoluteFile } from '../../foundation/image-files.ts';

const COLUMNS = ['file', 'class', 'imported class', 'split', 'tags', 'excluded', 'width', 'height', 'sha256'] as const;

/**
 * All images of a data set as CSV (RFC 4180), one row per image, including excluded ones. Starts with a byte order mark, so
 * that spreadsheets detect UTF-8. Tags are separated by "; ".
 */
export function csvOf(images: readonly CuratedImage[]): string {
  const rows = images.map((i) => [
    i.file,
    i.className,
    i.importedClass,
    i.split,
    i.tags.join('; '),
    i.excluded ? 'yes' : 'no',
    i.width,
    i.height,
    i.sha256,
  ]);
  return csvOfRows([COLUMNS, ...rows]);
}

export interface CopyOptions {
  root: string; // of the data set
  images: readonly CuratedImage[]; // excluded ones are not copied
  out: string; // a new or empty folder
  signal: AbortSignal;
  onProgress(done: number, total: number): void;
}

/**
 * Copies the included images into a new folder, one sub-folder per curated class, and writes images.csv with all images.
 * Never overwrites a file. Makes names portable. Each file must have the SHA-256 of the import. Works in a temporary folder inside
 * `out` and moves its content up when it is complete; on failure or cancellation deletes only what it made.
 * Throws AppError 'bad-request' for a folder that is not empty, 'bad-image' or 'not-found' for a changed or missing file,
 * 'cancelled', 'disk-full', 'workspace'.
 */
export async function copyCurated(o: CopyOptions): Promise<void> {
  const { images, out } = o;
  if (images.every(({ excluded }) => excluded)) throw new AppError('bad-request', 'All images are excluded, so there is nothing to copy.');
  const existing = await readdir(out).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error.code === 'ENOTDIR' ? new AppError('bad-request', `${quote(out)} is a file. Choose another name.`, { out }, error) : asAppError(error);
  });
  if (existing && existing.length > 0) throw notEmptyError(out);
  const temporary = temporaryPath(join(out, 'copy'));
  let madeFolders: string[] = [];
  try {
    madeFolders = makeFolders(temporary);
    await copyInto(temporary, o);
    if ((await readdir(out)).join() !== basename(temporary)) throw notEmptyError(out);
    for (const name of await readdir(temporary)) await rename(join(temporary, name), join(out, name));
    await rmdir(temporary);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    for (const made of madeFolders.reverse()) await rmdir(made).catch(() => undefined); // unless another file is in it now
    throw asAppError(error);
  }
}

const notEmptyError = (out: string): AppError =>
  new AppError('bad-request', `The folder ${quote(out)} is not empty, and files are never overwritten. Choose another name.`, { out });

async function copyInto(out: string, { root, images, signal, onProgress }: CopyOptions): Promise<void> {
  const included = images.filter(({ excluded }) => !excluded);
  const folders = new UniqueNames();
  const classFolders = new Map<string, { folder: string; names: UniqueNames }>();
  for (const [n, image] of included.entries()) {
    if (signal.aborted) throw new AppError('cancelled', 'The export was cancelled; nothing was written.');
    let target = classFolders.get(image.className);
    if (!target) {
      target = { folder: join(out, folders.take(image.className)), names: new UniqueNames() };
      classFolders.set(image.className, target);
      await mkdir(target.folder);
    }
    const name = target.names.take(image.file.slice(image.file.lastIndexOf('/') + 1));
    await writeFile(join(target.folder, name), await readUnchanged(root, image), { flag: 'wx' });
    onProgress(n + 1, included.length);
  }
  await writeFile(join(out, 'images.csv'), csvOf(images), { flag: 'wx' });
}

async function readUnchanged(root: string, { file, sha256 }: CuratedImage): Promise<Buffer> {
  const bytes = await readFile(absoluteFile(root, file)).catch((error: unknown) => {
    throw new AppError('not-found', `${quote(file)} is missing, so the copy would be incomplete.`, { file }, error);
  });
  if (createHash('sha256').update(bytes).digest('hex') === sha256) return bytes;
  throw new AppError('bad-image', `${quote(file)} has changed since it was imported. Import the folder again, then export.`, { file });
}
