/** What a key does in a list of images that were found. */
export type SimilarAction = 'compare' | 'same' | 'different' | 'none' | 'search' | 'undo';

type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

const KEYS: Readonly<Record<string, SimilarAction>> = { enter: 'compare', c: 'compare', s: 'same', n: 'different', 0: 'none', f: 'search' };

/** Null for any other key. */
export function similarAction({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyPress): SimilarAction | null {
  if (altKey) return null;
  if (ctrlKey || metaKey) return key.toLowerCase() === 'z' && !shiftKey ? 'undo' : null;
  return KEYS[key.toLowerCase()] ?? null;
}

/** The position that an arrow key, Home or End moves to among `count` tiles in rows of `columns`; null for other keys and without tiles. */
export function stepInGrid(key: string, at: number, count: number, columns: number): number | null {
  if (count === 0) return null;
  const inside = (next: number): number => Math.min(count - 1, Math.max(0, next));
  switch (key) {
    case 'ArrowRight':
      return inside(at + 1);
    case 'ArrowLeft':
      return inside(at - 1);
    case 'ArrowDown':
      return at + columns < count ? at + columns : at;
    case 'ArrowUp':
      return at - columns >= 0 ? at - columns : at;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}
