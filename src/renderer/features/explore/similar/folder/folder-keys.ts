import { CANDIDATES } from '../../../../../shared/folder-search.ts';

/** What a key does while a person decides on the images of a folder. `rank`: 1-based candidate. */
export type FolderAction = { kind: 'same'; rank: number } | { kind: 'focused' | 'new' | 'skip' | 'undo' | 'next' | 'previous' | 'compare' };

type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>;

const KEYS: Readonly<Record<string, Exclude<FolderAction, { kind: 'same' }>>> = {
  enter: { kind: 'focused' },
  0: { kind: 'new' },
  n: { kind: 'new' },
  s: { kind: 'skip' },
  u: { kind: 'undo' },
  j: { kind: 'next' },
  k: { kind: 'previous' },
  c: { kind: 'compare' },
};

/** Null for any other key. */
export function folderAction({ key, ctrlKey, metaKey, altKey }: KeyPress): FolderAction | null {
  if (altKey) return null;
  if (ctrlKey || metaKey) return key.toLowerCase() === 'z' ? { kind: 'undo' } : null;
  const rank = /^[1-9]$/.test(key) ? Number(key) : 0;
  if (rank >= 1 && rank <= CANDIDATES) return { kind: 'same', rank };
  return KEYS[key.toLowerCase()] ?? null;
}
