import { createHash } from 'node:crypto';
import type { ImageRecord } from '../../../shared/dataset.ts';
import { byCodePoint } from '../../foundation/words.ts';

/**
 * What a run was trained on, as one sha256 in hex: over the files in code-point order, one JSON array
 * [file, content sha256, class, split] and a line feed each, so that no two lists have the same text.
 */
export function snapshotOf(images: readonly Pick<ImageRecord, 'file' | 'sha256' | 'className' | 'split'>[]): string {
  const hash = createHash('sha256');
  const sorted = [...images].sort((a, b) => byCodePoint(a.file, b.file));
  for (const { file, sha256, className, split } of sorted) hash.update(`${JSON.stringify([file, sha256, className, split])}\n`);
  return hash.digest('hex');
}
