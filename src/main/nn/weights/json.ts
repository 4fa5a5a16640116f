import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { AppError, asAppError } from '../../../shared/errors.ts';

/** JSON in UTF-8 or, with a byte-order mark, UTF-16, as some editors and shells on Windows write it. Throws SyntaxError or the disk's error. */
export function readJson(path: string): unknown {
  const bytes = readFileSync(path);
  const mark = bytes.subarray(0, 2).toString('hex');
  const encoding = mark === 'fffe' ? 'utf-16le' : mark === 'feff' ? 'utf-16be' : 'utf-8';
  return JSON.parse(new TextDecoder(encoding).decode(bytes)); // the decoder removes the mark
}

export const brokenFileError = (file: string, what: string, details: Record<string, unknown> = {}): AppError =>
  new AppError('bad-weights', `${file} is broken: ${what}. Download or export it again.`, { file, ...details });

/** JSON that describes a model. Throws AppError('bad-weights' | 'not-found'). */
export function readModelJson(path: string): unknown {
  try {
    return readJson(path);
  } catch (error) {
    if (error instanceof SyntaxError) throw brokenFileError(basename(path), 'it is not JSON');
    throw asAppError(error);
  }
}

/** Whether a path in a model's JSON is in or below the folder of that JSON. A downloaded file must not name files outside it. */
export const staysInFolder = (path: string): boolean => path !== '' && !/^[/\\]|^[a-z]:|\\|(^|\/)\.\.(\/|$)/i.test(path);

export function missingShardsError(file: string, missing: string[]): AppError {
  const what = missing.length === 1 ? `its shard ${missing[0]} is missing` : `${missing.length} of its shards are missing, e.g. ${missing[0]}`;
  return new AppError('bad-weights', `${file} is incomplete: ${what}. Put all files of the model into one folder.`, { missing });
}
