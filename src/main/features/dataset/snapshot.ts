import { createHash } from 'node:crypto';
import type { ImageRecord } from '../../../shared/dataset.ts';
import { byCodePoint } from '../../foundation/words.ts';

/**
 * Fingerprint of a data set's content: SHA-256 in hex over one line of JSON [file, content sha256, class, split] per image, in
 * code-point order of the file names. JSON, because a file name may contain line breaks.
 */
export function snapshotOf(images: readonly Pick<ImageRecord, 'file' | 'sha256' | 'className' | 'split'>[]): string {
  const hash = createHash('sha256');
  const sorted = [...images].sort((a, b) => byCodePoint(a.file, b.file));
  for (const { file, sha256, className, split } of sorted) hash.update(`${JSON.stringify([file, sha256, className, split])}\n`);
  return hash.digest('hex');
}
