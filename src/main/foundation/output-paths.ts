import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { AppError } from '../../shared/errors.ts';
import { deleteAbandonedFiles } from './files.ts';
import { isAnyImage } from './image-signatures.ts';
import { quote } from './words.ts';

/** What the workspace itself writes. Its folders `exports`, `reports` and `samples` are the user's. */
const OWN_FOLDERS = new Set(['runs', 'comparisons', 'cache', 'weights', 'images', 'logs', 'received']);
const OWN_FILES = /^(?:twinlens\.sqlite.*|lock\..*|granted\.json|served\.json|screen\.json)$/;

export interface OutputPorts {
  workspace: string; // folder
  /** Name of the data set that has an image at this path; null if none has. */
  datasetWithImage(path: string): string | null;
}

/** Protects files that a person did not mean when they named an output path. */
export class OutputPaths {
  private readonly ports: OutputPorts;

  constructor(ports: OutputPorts) {
    this.ports = ports;
  }

  /**
   * Throws AppError 'bad-request' if `path` is one of the workspace's own files, an image of a data set, a folder, any other image unless
   * `isImage`, or an existing file unless `replace`. `isImage`: the output is an image itself; a report or network never replaces one.
   * Then deletes the temporary files that killed processes left in its folder.
   */
  check(path: string, { replace, isImage = false }: { replace: boolean; isImage?: boolean }): void {
    const real = realPath(path);
    if (this.isOwn(real)) {
      throw new AppError('bad-request', `${quote(path)} belongs to the workspace, which would be damaged. Choose a path outside of it.`, { path });
    }
    const dataset = this.ports.datasetWithImage(real) ?? this.ports.datasetWithImage(path);
    if (dataset !== null) {
      throw new AppError(
        'bad-request',
        `${quote(path)} is an image of the data set ${quote(dataset)}. Images are never overwritten: choose another name.`,
        {
          path,
        },
      );
    }
    const stats = statSync(real, { throwIfNoEntry: false });
    if (stats?.isDirectory()) throw new AppError('bad-request', `${quote(path)} is a folder. Name a file in it.`, { path });
    if (stats && !stats.isFile()) throw new AppError('bad-request', `${quote(path)} is a device or a pipe. Choose another name.`, { path });
    if (!isImage && stats && isAnyImage(real)) {
      throw new AppError('bad-request', `${quote(path)} is an image. Images are never overwritten: choose another name.`, { path });
    }
    if (stats && !replace)
      throw new AppError('bad-request', `${quote(path)} exists. Choose another name, or replace it.`, { path, flags: ['--force'] });
    deleteAbandonedFiles(dirname(real));
  }

  private isOwn(real: string): boolean {
    const inside = relative(realPath(this.ports.workspace), real);
    if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`)) return inside === '';
    const [first = '', ...rest] = inside.toLowerCase().split(sep); // some file systems ignore case
    return OWN_FOLDERS.has(first) || (rest.length === 0 && OWN_FILES.test(first));
  }
}

/** The path without symbolic links, also of a file that does not exist. */
function realPath(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const parent = dirname(path);
  return parent === path ? path : join(realPath(parent), basename(path));
}
