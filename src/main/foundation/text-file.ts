import { readFileSync, realpathSync, statSync } from 'node:fs';
import { extname } from 'node:path';
import { AppError } from '../../shared/errors.ts';
import { quote } from './words.ts';

export interface FileKind {
  what: string; // "file of pairs", for the error
  suffixes: readonly string[]; // in lower case, with the dot
}

const MAX_BYTES = 256 * 2 ** 20; // some three million rows

/**
 * The bytes of a table that a person named. Throws AppError 'not-found' for a file that can't be read, has another suffix, also behind a link,
 * or more than 256 MB: a file of another kind must not be read only because its path was named.
 */
export function readTableFile(file: string, { what, suffixes }: FileKind): Buffer {
  try {
    const stats = statSync(file);
    if (!stats.isFile()) throw new Error('it is not a file');
    const names = [file, realpathSync(file)]; // a link may lead to another file
    if (!names.every((name) => suffixes.includes(extname(name).toLowerCase())))
      throw new Error(`its name must end in ${suffixes.slice(0, -1).join(', ')} or ${suffixes.at(-1)!}`);
    if (stats.size > MAX_BYTES) throw new Error('it is larger than 256 MB');
    return readFileSync(file);
  } catch (error) {
    throw new AppError('not-found', `The ${what} ${quote(file)} can’t be read: ${(error as Error).message}.`, { file }, error);
  }
}

/** UTF-8, or UTF-16 as some spreadsheets write it. Throws AppError 'bad-request' for another encoding, whose letters would be replaced. */
export function decodeText(bytes: Buffer, file: string): string {
  const mark = bytes.toString('latin1', 0, 2);
  try {
    return new TextDecoder(mark === '\xff\xfe' ? 'utf-16le' : mark === '\xfe\xff' ? 'utf-16be' : 'utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new AppError(
      'bad-request',
      `${quote(file)} has letters in another encoding than UTF-8. Save it as “CSV UTF-8”, then choose it again.`,
      { file },
      error,
    );
  }
}
