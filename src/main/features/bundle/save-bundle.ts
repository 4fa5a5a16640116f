import { createReadStream, existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { BundleContents } from '../../../shared/bundle.ts';
import { AppError, asAppError } from '../../../shared/errors.ts';
import { BundleWriter, type ChosenRows } from '../../db/bundle/write.ts';
import { makeFolders, publishFile, temporaryPath } from '../../foundation/files.ts';
import { absoluteFile } from '../../foundation/image-files.ts';
import { quote } from '../../foundation/words.ts';
import { type BundleOptions, type BundlePorts, pauseUnless } from './ports.ts';

export interface SaveRequest {
  dataset: string; // id or name
  out: string; // file, absolute
  images: boolean; // whether the bundle has the images, excluded ones too
}

/** A file to put into a bundle. */
interface Source {
  path: string; // in the bundle
  file: string; // absolute
  sha256?: string; // that it must have
}

/**
 * Saves a data set with its edits, finished runs and their networks, saved comparisons and reports as one file. A running training is left out.
 * Throws AppError 'not-found' for an unknown data set or a missing image, 'bad-image' for a changed one, 'cancelled', 'disk-full',
 * 'workspace'; then no file is written.
 */
export async function saveBundle(ports: BundlePorts, { dataset: asked, out, images }: SaveRequest, options: BundleOptions): Promise<BundleContents> {
  const { dataset, root } = ports.datasets.header(asked);
  const temporary = temporaryPath(out);
  makeFolders(dirname(out));
  let writer: BundleWriter | null = null;
  try {
    writer = new BundleWriter(temporary, ports.workspace.database);
    const chosen = await writer.copyRows(dataset, () => pauseUnless(options));
    const sources = [...resultFiles(ports, chosen), ...(images ? imageFiles(root, writer.images()) : [])];
    for (const [i, source] of sources.entries()) {
      await pauseUnless(options);
      await addSource(writer, source);
      options.onProgress?.(i + 1, sources.length);
    }
    const contents = await writer.finish({ madeMs: Date.now(), version: ports.version, hasImages: images }, () => pauseUnless(options));
    await publishFile(temporary, out);
    return contents;
  } catch (error) {
    writer?.abandon();
    await rm(temporary, { force: true });
    throw asAppError(error);
  }
}

async function addSource(writer: BundleWriter, { path, file, sha256 }: Source): Promise<void> {
  const found = await writer.addFile(path, createReadStream(file, { highWaterMark: 1 << 20 })).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
    throw new AppError(
      'not-found',
      `${quote(file)} is missing, so the bundle would be incomplete. Put it back, or save the bundle without images.`,
      { file },
      error,
    );
  });
  if (sha256 !== undefined && found !== sha256)
    throw new AppError('bad-image', `${quote(file)} has changed since it was imported. Import the folder again, or save the bundle without images.`, {
      file,
    });
}

function resultFiles({ workspace }: BundlePorts, { runs, comparisons, encoders }: ChosenRows): Source[] {
  return [
    ...runs.flatMap((number) => filesBelow(workspace.run(`r${number}`), `runs/${number}`)),
    ...comparisons.flatMap((number) => filesBelow(workspace.comparison(`c${number}`), `comparisons/${number}`)),
    ...encoders.flatMap((id) => filesBelow(join(workspace.imported, id), `encoders/${id}`)),
  ];
}

const imageFiles = (root: string, images: readonly { file: string; sha256: string }[]): Source[] =>
  images.map(({ file, sha256 }) => ({ path: `images/${file}`, file: absoluteFile(root, file), sha256 }));

/** The files of a folder; none if it does not exist. Temporary ones are left out. */
function filesBelow(folder: string, path: string): Source[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => ({ path: `${path}/${relative(folder, file).split(sep).join('/')}`, file }));
}
