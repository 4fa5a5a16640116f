import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const COMPUTE = 'compute.cjs';

/**
 * The folder of the built programs (dist/main): the one this runs from, or of which this is a part, or, run from the
 * sources, the one that the build made. Inside an Electron package it lies beside the archive, where a plain Node can read it.
 */
export function programFolder(from = dirname(fileURLToPath(import.meta.url))): string {
  for (let folder = unpacked(from); ; folder = dirname(folder)) {
    for (const place of [folder, join(folder, 'dist', 'main')]) if (existsSync(join(place, COMPUTE))) return place;
    if (dirname(folder) === folder) return unpacked(from);
  }
}

const unpacked = (folder: string): string => {
  const outside = folder.replace(/app\.asar(?=$|[\\/])/, 'app.asar.unpacked');
  return existsSync(outside) ? outside : folder;
};

export const computeEntry = (): string => join(programFolder(), COMPUTE);

/** The program of a thread that reads pictures for compute. */
export const readerEntry = (): string => join(programFolder(), 'reader.cjs');

/** The program of a thread that works on large data sets. */
export const datasetThreadEntry = (): string => join(programFolder(), 'sets.cjs');

/** The built screen: inside the archive of a package, which Electron reads as a folder. */
export function screenFolder(): string {
  const beside = join(programFolder(), '..', 'renderer');
  return existsSync(beside) ? beside : beside.replace('app.asar.unpacked', 'app.asar');
}

/** A file that is shipped with the program. */
export function resource(name: string): string {
  const folders = [join(programFolder(), '..', '..', 'resources'), join(programFolder(), 'resources')];
  return join(folders.find((folder) => existsSync(join(folder, name))) ?? folders[0]!, name);
}
