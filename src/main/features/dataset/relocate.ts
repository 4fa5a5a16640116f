import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ImageRecord } from '../../../shared/dataset.ts';
import { AppError } from '../../../shared/errors.ts';
import { isFolder } from '../../foundation/files.ts';
import { absoluteFile } from '../../foundation/image-files.ts';
import { quote } from '../../foundation/words.ts';

/** Number of files to hash. A difference in the others is noticed when they are decoded. */
export const VERIFIED_IMAGES = 48;

/**
 * Checks that `folder` contains the data set: the files of `sample` must have the SHA-256 of the import. Returns the absolute
 * folder. Throws AppError 'not-found' or 'bad-dataset'.
 */
export async function verifyFolder(sample: readonly Pick<ImageRecord, 'file' | 'sha256'>[], folder: string): Promise<string> {
  const root = resolve(folder);
  if (!(await isFolder(root))) throw new AppError('not-found', `There is no folder ${quote(root)}.`, { root });
  for (const { file, sha256 } of sample) {
    const bytes = await readFile(absoluteFile(root, file)).catch(() => null);
    if (bytes === null) {
      throw new AppError(
        'bad-dataset',
        `${quote(root)} does not contain this data set: ${quote(file)} is missing. Choose the folder that contains the class folders.`,
        { root, file },
      );
    }
    if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
      throw new AppError(
        'bad-dataset',
        `${quote(root)} contains another version of this data set: ${quote(file)} has changed since it was imported. Import the folder as a new data set.`,
        { root, file },
      );
    }
  }
  return root;
}
