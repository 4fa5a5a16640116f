import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const COMPUTE = 'compute.cjs';

/**
 * The folder of the built programs (dist/main): searched upwards from this file, so that code running from the sources uses the
 * last build. In an Electron package it is outside the archive, so that a plain Node process can read it.
 */
export function programFolder(from = dirname(fileURLToPath(import.meta.url))): string {
  for (let folder = outsideArchive(from); ; folder = dirname(folder)) {
    for (const candidate of [folder, join(folder, 'dist', 'main')]) if (existsSync(join(candidate, COMPUTE))) return candidate;
    if (dirname(folder) === folder) return outsideArchive(from);
  }
}

/** The folder, or its copy outside the archive. */
const outsideArchive = (folder: string): string => {
  const outside = folder.replace(/app\.asar(?=$|[\\/])/, 'app.asar.unpacked');
  return existsSync(outside) ? outside : folder;
};

/** Entry of the compute processes. */
export const computeEntry = (): string => join(programFolder(), COMPUTE);

/** Entry of compute's image reader thread. */
export const readerEntry = (): string => join(programFolder(), 'reader.cjs');

/** Entry of the worker thread for large data sets. */
export const datasetThreadEntry = (): string => join(programFolder(), 'datasets.cjs');

/** The built renderer. In a package it is inside the archive, which Electron reads like a folder. */
export function screenFolder(): string {
  const folder = join(programFolder(), '..', 'renderer');
  return existsSync(folder) ? folder : folder.replace('app.asar.unpacked', 'app.asar');
}

/** The path of a file in the program's resources folder. */
export function resource(name: string): string {
  const folders = [join(programFolder(), '..', '..', 'resources'), join(programFolder(), 'resources')];
  return join(folders.find((folder) => existsSync(join(folder, name))) ?? folders[0]!, name);
}
