import { lstatSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import type { OnnxFile } from '../../nn/engines/imported/onnx-file.ts';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const MAX_TEXT = 1 << 20; // bytes of a JSON or README file that is read

/** An ONNX file and those beside it. */
export interface ModelFiles {
  path: string; // of the model, absolute
  folder: string;
  others: string[]; // names of other .onnx files in the folder, sorted
  name: string; // what a person would call it: the file's or its folder's name
}

/**
 * Finds the model of a path: a file, or a folder with one (`model.onnx` or the only .onnx file, in the folder or in its `onnx` folder as
 * transformers.js has it). Throws AppError 'not-found' or 'bad-weights'.
 */
export function findModel(path: string): ModelFiles {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) throw new AppError('not-found', `There is no file or folder ${path}.`, { path });
  if (stats.isDirectory()) {
    const inside = [path, join(path, 'onnx')].map((folder) => modelIn(folder)).find((file) => file !== null);
    if (!inside)
      throw new AppError(
        'bad-weights',
        `${path} has no .onnx file, neither in itself nor in a folder named onnx. Choose another folder, or an .onnx file.`,
        { path },
      );
    return describe(inside);
  }
  // Opening a pipe waits for its writer, for ever.
  if (!path.toLowerCase().endsWith('.onnx') || !stats.isFile()) {
    throw new AppError('bad-weights', `${basename(path)} is not an .onnx file. Choose an .onnx file, or a folder with one.`, { path });
  }
  if (basename(path).includes('\\'))
    throw new AppError('bad-weights', `The name of the file ${basename(path)} has a backslash, which other computers can’t store. Rename it.`, {
      path,
    });
  return describe(path);
}

function modelIn(folder: string): string | null {
  const names = modelNames(folder);
  if (names.length === 0) return null;
  if (names.includes('model.onnx')) return join(folder, 'model.onnx');
  if (names.length === 1) return join(folder, names[0]!);
  throw new AppError('bad-weights', `${folder} has ${names.length} models: ${names.slice(0, 10).join(', ')}. Choose one of these files.`, { folder });
}

function modelNames(folder: string): string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.toLowerCase().endsWith('.onnx'))
    .map(({ name }) => name)
    .sort();
}

function describe(path: string): ModelFiles {
  const folder = dirname(path);
  const stem = basename(path).replace(/\.onnx$/i, '');
  const above = basename(folder) === 'onnx' ? dirname(folder) : folder;
  const isUpload = UUID.test(basename(above)); // a folder that Twinlens made for uploaded files
  const isPlain = !isUpload && /^((model|vision_model|encoder)(_.*)?)?$/i.test(stem); // says nothing of what it is
  return {
    path,
    folder,
    others: modelNames(folder).filter((name) => name !== basename(path)),
    name: (isPlain && basename(above)) || stem || 'encoder',
  };
}

/** The text of a file beside the model or one folder up; null without one, or where it is too large to be one of these texts. */
export function textBeside({ folder }: ModelFiles, name: string): string | null {
  for (const file of [join(folder, name), join(dirname(folder), name)]) {
    const stats = statSync(file, { throwIfNoEntry: false });
    if (stats?.isFile() && stats.size <= MAX_TEXT) return readFileSync(file, 'utf8');
  }
  return null;
}

/**
 * The files with a model's external data, as paths within its folder, sorted. Throws AppError 'bad-weights' for one that is missing or
 * whose path leaves the folder, itself or through a link.
 */
export function externalFiles({ external, path }: Pick<OnnxFile, 'external' | 'path'>): string[] {
  const folder = dirname(path);
  const root = realpathSync(folder);
  for (const location of external) {
    const leaves = isAbsolute(location) || /^[a-z]:|^[\\/]/i.test(location) || location.split(/[\\/]/).includes('..');
    const stats = leaves ? null : lstatSync(join(folder, location), { throwIfNoEntry: false });
    const inside = stats && relative(root, realpathIfAny(join(folder, location)));
    if (leaves || inside?.startsWith('..') || (inside && isAbsolute(inside))) {
      throw new AppError(
        'bad-weights',
        `The model takes weights from ${JSON.stringify(location)}, which is outside its folder. Twinlens reads only files beside the model.`,
        { location },
      );
    }
    if (!stats || !statSync(join(folder, location)).isFile()) {
      throw new AppError(
        'bad-weights',
        `The file ${JSON.stringify(location)} with the model's weights is missing. Put it beside the model: both were downloaded or exported together.`,
        { location },
      );
    }
  }
  const names = external
    .map((location) =>
      location
        .split(/[\\/]/)
        .filter((part) => part !== '.')
        .join(sep),
    )
    .sort();
  const taken = names.find((name) => [basename(path), 'encoder.json'].includes(name));
  if (taken !== undefined)
    throw new AppError('bad-weights', `The model takes weights from a file named ${taken}, which can't be. Export it again.`, { location: taken });
  return names;
}

const realpathIfAny = (path: string): string => {
  try {
    return realpathSync(path);
  } catch {
    return path; // a link without a target: it is missing
  }
};
