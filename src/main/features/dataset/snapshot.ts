import { createHash } from 'node:crypto';
import type { ImageRecord } from '../../../shared/dataset.ts';
import { byCodePoint } from '../../foundation/words.ts';

/**
 * Fingerprint of a data set's content: SHA-256 in hex over one line of JSON [file, sha256, class, split] per image, in
 * code-point order of the file names. JSON, because a file name may contain line breaks. An image whose pixels another file of
 * other bytes also has gets a fifth element, its content: pairs depend on it. Without such images the snapshot is that of 0.1.0.
 */
export function snapshotOf(images: readonly Pick<ImageRecord, 'file' | 'sha256' | 'content' | 'className' | 'split'>[]): string {
  const hash = createHash('sha256');
  const sorted = [...images].sort((a, b) => byCodePoint(a.file, b.file));
  const copied = contentsOfSeveralFiles(images);
  for (const { file, sha256, content, className, split } of sorted) {
    hash.update(`${JSON.stringify([file, sha256, className, split, ...(copied.has(content) ? [content] : [])])}\n`);
  }
  return hash.digest('hex');
}

/** The contents that files of different bytes have. */
function contentsOfSeveralFiles(images: readonly Pick<ImageRecord, 'sha256' | 'content'>[]): Set<string> {
  const firstFile = new Map<string, string>();
  const several = new Set<string>();
  for (const { sha256, content } of images) {
    const first = firstFile.get(content);
    if (first === undefined) firstFile.set(content, sha256);
    else if (first !== sha256) several.add(content);
  }
  return several;
}
