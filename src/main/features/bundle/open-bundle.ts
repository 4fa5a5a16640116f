import { createWriteStream, existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { BundleInfo, OpenedBundle } from '../../../shared/bundle.ts';
import { AppError, asAppError } from '../../../shared/errors.ts';
import { type BundleFile, BundleReader } from '../../db/bundle/read.ts';
import { isFolder, makeFolders, temporaryPath } from '../../foundation/files.ts';
import { absoluteFile } from '../../foundation/image-files.ts';
import { quote } from '../../foundation/words.ts';
import { type BundleOptions, type BundlePorts, pauseUnless } from './ports.ts';

const RECORD = 'encoder.json';

export interface OpenRequest {
  file: string; // absolute
  /** Folder for the images of the bundle, new or empty. Default: one in the workspace. Without images: the folder that has them. */
  imagesFolder?: string | undefined;
}

/** What a bundle has. Throws as BundleReader does. */
export function inspectBundle({ workspace }: BundlePorts, file: string): BundleInfo {
  const reader = new BundleReader(file, join(workspace.folder, 'bundle'));
  try {
    return reader.info;
  } finally {
    reader.close();
  }
}

/**
 * Adds the content of a bundle to the workspace, with new ids. What is there already stays as it is: opening the same bundle twice gives two data
 * sets. Throws AppError 'bad-request' for a bundle that can't be used or a folder that is not empty, 'cancelled', 'disk-full',
 * 'workspace'; then nothing is added.
 */
export async function openBundle(ports: BundlePorts, { file, imagesFolder }: OpenRequest, options: BundleOptions): Promise<OpenedBundle> {
  const { workspace, bundles } = ports;
  const reader = new BundleReader(file, join(workspace.folder, 'bundle'));
  const staging = temporaryPath(join(workspace.folder, 'bundle')); // on the disk of the workspace, so that folders are moved and not copied
  const undo: (() => void)[] = [() => rmSync(staging, { recursive: true, force: true })];
  try {
    const { info } = reader;
    await reader.checkRows(() => pauseUnless(options));
    const root = await imagesRoot(ports, info, imagesFolder);
    const unpack = new Unpacking(reader, options);
    const encoders = await unpackEncoders(ports, unpack, staging);
    await unpack.folder('runs/', join(staging, 'runs'));
    await unpack.folder('comparisons/', join(staging, 'comparisons'));
    if (info.hasImages) {
      const temporary = temporaryPath(root);
      undo.push(() => rmSync(temporary, { recursive: true, force: true }));
      makeFolders(dirname(root));
      await unpack.folder('images/', temporary);
      if (existsSync(root)) rmdirSync(root); // empty
      renameSync(temporary, root);
      undo.push(() => rmSync(root, { recursive: true, force: true }));
    }
    const rewriting = {
      root,
      imagePath: (path: string) => movedPath(path, info.root, root),
      comparisonPath: (comparison: string, path: string) => join(workspace.comparison(comparison), nameIn(path)),
      encoders: new Map(encoders.map(({ from, to }) => [from, to])),
    };
    const rows = await bundles.insert(
      reader.database,
      rewriting,
      ({ runs, comparisons }) => {
        const moves = [
          ...encoders.filter(({ isNew }) => isNew).map(({ from, to }) => [join(staging, 'encoders', from), join(workspace.imported, to)]),
          ...[...runs].map(([old, number]) => [join(staging, 'runs', String(old)), workspace.run(`r${number}`)]),
          ...[...comparisons].map(([old, number]) => [join(staging, 'comparisons', String(old)), workspace.comparison(`c${number}`)]),
        ] as [string, string][];
        for (const [from, to] of moves) {
          if (!existsSync(from)) continue; // a deleted network
          makeFolders(dirname(to));
          renameSync(from, to);
          undo.push(() => rmSync(to, { recursive: true, force: true }));
        }
      },
      () => pauseUnless(options),
    );
    undo.splice(1);
    return { dataset: rows.dataset, runs: rows.runs.size, comparisons: rows.comparisons.size, reports: rows.reports, hasImages: info.hasImages };
  } catch (error) {
    for (const step of undo.splice(1).reverse()) step();
    throw asAppError(error);
  } finally {
    reader.close();
    undo[0]!();
  }
}

/** Writes files of a bundle to the disk. */
class Unpacking {
  private readonly reader: BundleReader;
  private readonly options: BundleOptions;
  private done = 0;

  constructor(reader: BundleReader, options: BundleOptions) {
    this.reader = reader;
    this.options = options;
  }

  files(prefix: string): BundleFile[] {
    return this.reader.files(prefix);
  }

  /** Writes the files below `prefix` below a folder. */
  async folder(prefix: string, folder: string): Promise<void> {
    const { reader, options } = this;
    for (const { path } of reader.files(prefix)) {
      await pauseUnless(options);
      const target = absoluteFile(folder, path.slice(prefix.length));
      mkdirSync(dirname(target), { recursive: true });
      await pipeline(Readable.from(reader.read(path)), createWriteStream(target, { flags: 'wx' }));
      options.onProgress?.(++this.done, reader.info.files);
    }
  }
}

interface UnpackedEncoder {
  from: string; // id in the bundle
  to: string; // id here
  isNew: boolean; // else the same encoder is here already
}

/** An encoder that is here already, with the same content, is used; another one with its id stays, and the new one gets a free id. */
async function unpackEncoders({ workspace }: BundlePorts, unpack: Unpacking, staging: string): Promise<UnpackedEncoder[]> {
  await unpack.folder('encoders/', join(staging, 'encoders'));
  const ids = new Set(unpack.files('encoders/').map(({ path }) => path.split('/')[1]!));
  return Promise.all(
    [...ids].map(async (from) => {
      const own = await fingerprintIn(join(staging, 'encoders', from));
      for (let n = 1; ; n++) {
        const to = n === 1 ? from : `${from}-${n}`;
        const folder = join(workspace.imported, to);
        if (!existsSync(folder)) {
          if (to !== from) await setEncoderId(join(staging, 'encoders', from), to);
          return { from, to, isNew: true };
        }
        if ((await fingerprintIn(folder)) === own) return { from, to, isNew: false };
      }
    }),
  );
}

/** Gives the record of an unpacked encoder its new id. */
async function setEncoderId(folder: string, id: string): Promise<void> {
  const file = join(folder, RECORD);
  await writeFile(file, JSON.stringify({ ...(JSON.parse(await readFile(file, 'utf8')) as object), id }));
}

/** The record of an encoder without its id and its time. */
async function fingerprintIn(folder: string): Promise<string | null> {
  const text = await readFile(join(folder, RECORD), 'utf8').catch(() => null);
  if (text === null) return null;
  const { id: _id, title: _title, addedMs: _addedMs, ...content } = JSON.parse(text) as Record<string, unknown>;
  return JSON.stringify(content);
}

async function imagesRoot({ workspace }: BundlePorts, info: BundleInfo, asked: string | undefined): Promise<string> {
  if (!info.hasImages) return asked ?? info.root;
  if (asked === undefined) {
    for (let n = 1; ; n++) {
      const folder = join(workspace.images, n === 1 ? info.dataset : `${info.dataset}-${n}`);
      if (!existsSync(folder)) return folder;
    }
  }
  if (existsSync(asked) && (!(await isFolder(asked)) || readdirSync(asked).length > 0))
    throw new AppError('bad-request', `${quote(asked)} is not an empty folder, and files are never overwritten. Choose another one for the images.`, {
      folder: asked,
    });
  return asked;
}

/** The path of an image that was below the data set's folder on the computer of the bundle, which may have had another system. */
function movedPath(path: string, from: string, to: string): string {
  const rest = path.startsWith(from) ? path.slice(from.length) : '';
  return /^[/\\]/.test(rest) ? join(to, ...rest.slice(1).split(from.includes('\\') && !from.startsWith('/') ? '\\' : '/')) : path;
}

/** The last part of a path of any system. */
const nameIn = (path: string): string => basename(path.replaceAll('\\', sep));
