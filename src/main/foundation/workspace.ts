import { chmodSync, existsSync, mkdtempSync, readdirSync, rmdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AppError } from '../../shared/errors.ts';
import { deleteTemporaryFiles, makeFolders } from './files.ts';
import { userFolder } from './user-folders.ts';

/** Paths of everything that Twinlens stores. Sub-folders are created on the first write. */
export interface Workspace {
  folder: string; // absolute
  database: string; // file
  lock: string; // file, SQLite, always empty
  lockHolder: string; // file, JSON: process that has the lock
  settings: string; // file, JSON: the workspace's own settings
  features: string; // folders from here on
  embeddings: string; // of data sets, with their neighbours
  maps: string; // of data sets
  pixels: string;
  thumbs: string;
  previews: string;
  weights: string;
  imported: string; // encoders from ONNX files, a folder each
  samples: string;
  images: string; // of opened bundles, a folder for each data set
  exports: string; // exported files
  uploads: string; // files that a browser uploaded
  chosenFiles: string; // file, JSON: image files that the user chose
  logs: string;
  run(id: string): string; // folder of a run's checkpoints
  comparison(id: string): string; // folder of a comparison's images and maps
  report(id: string): string; // default folder of a report's files
}

/** The absolute workspace folder: `given`, else TWINLENS_WORKSPACE, else the platform's folder for application data. */
export function workspaceFolder(given?: string, env: NodeJS.ProcessEnv = process.env): string {
  if (given !== undefined) {
    if (given.trim() === '')
      throw new AppError('usage', 'The workspace folder is empty: name a folder, or leave the option out.', { flags: ['--workspace FOLDER'] });
    return resolve(given);
  }
  const fromEnvironment = env['TWINLENS_WORKSPACE'];
  return fromEnvironment ? resolve(fromEnvironment) : userFolder('data');
}

const PRIVATE = 0o700; // other users of the computer can't read images and results

/**
 * Creates the workspace folder, for its owner only, and checks that it is writable. An existing folder keeps its permissions,
 * except the usual one, which earlier versions made readable for others. For reading (`write` false) a folder on a read-only
 * disk will do. Throws AppError 'workspace' if it can't be created or written.
 */
export function openWorkspace(given?: string, { write = true, env = process.env }: { write?: boolean; env?: NodeJS.ProcessEnv } = {}): Workspace {
  const folder = workspaceFolder(given, env);
  if (!write && existsSync(folder) && statSync(folder).isDirectory()) return workspaceAt(folder);
  try {
    makeFolders(folder, PRIVATE);
    if (folder === workspaceFolder(undefined, {})) chmodSync(folder, PRIVATE);
    rmdirSync(mkdtempSync(join(folder, '.probe-'))); // permission bits are not reliable (shares, ACLs, read-only mounts), so write
  } catch (error) {
    throw unusableError(folder, error);
  }
  return workspaceAt(folder);
}

/** The paths of a workspace, without touching the disk. */
export function workspaceAt(folder: string): Workspace {
  const inside = (...parts: string[]): string => join(folder, ...parts);
  return {
    folder,
    database: inside('twinlens.sqlite'),
    lock: inside('lock.sqlite'),
    lockHolder: inside('lock.json'),
    settings: inside('screen.json'),
    features: inside('cache', 'features'),
    embeddings: inside('cache', 'embeddings'),
    maps: inside('cache', 'maps'),
    pixels: inside('cache', 'pixels'),
    thumbs: inside('cache', 'thumbs'),
    previews: inside('cache', 'previews'),
    weights: inside('weights'),
    imported: inside('imported'),
    samples: inside('samples'),
    images: inside('images'),
    exports: inside('exports'),
    uploads: inside('received'),
    chosenFiles: inside('granted.json'),
    logs: inside('logs'),
    run: (id) => inside('runs', folderName('run', id)),
    comparison: (id) => inside('comparisons', folderName('comparison', id)),
    report: (id) => inside('reports', folderName('report', id)),
  };
}

/**
 * Deletes the temporary files that killed processes left. Not those of a run, which its next training deletes, and not those of the
 * cache of pictures, which is pruned by size. Only for the process that holds the lock.
 */
export function deleteLeftovers({ folder, exports, features, pixels, imported }: Workspace): void {
  const below = ['comparisons', 'reports'].map((name) => join(folder, name)).filter((parent) => existsSync(parent));
  const folders = below.flatMap((parent) =>
    readdirSync(parent, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(parent, name)),
  );
  for (const one of [folder, exports, features, pixels, imported, ...folders]) if (existsSync(one)) deleteTemporaryFiles(one);
}

/** A folder name from an id. Ids can come from a command line or a URL, so only letters and digits are allowed. */
function folderName(kind: string, id: string): string {
  if (!/^[a-z0-9]{1,40}$/i.test(id)) throw new AppError('not-found', `${JSON.stringify(id)} is not the id of a ${kind}.`, { id });
  return id;
}

function unusableError(folder: string, error: unknown): AppError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const because = ((): string => {
    switch (code) {
      case 'EEXIST':
      case 'ENOTDIR':
        return 'there is a file where the folder should be';
      case 'EACCES':
      case 'EPERM':
        return 'you are not permitted to write there';
      case 'ENOENT':
        return 'no folder can be created there';
      case 'EROFS':
        return 'it is on a read-only disk';
      case 'ENOSPC':
        return 'the disk is full';
      default:
        return message;
    }
  })();
  return new AppError(
    'workspace',
    `The workspace ${folder} can't be used: ${because}. Choose another folder for it.`,
    { folder, code, flags: ['--workspace FOLDER'] },
    error,
  );
}
