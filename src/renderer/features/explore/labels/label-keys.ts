/** What a key does to the active image of a list of labels. */
export type LabelAction = 'accept' | 'right' | 'similar' | 'compare' | 'undo' | 'redo';

type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

const KEYS: Readonly<Record<string, LabelAction>> = { enter: 'accept', l: 'right', f: 'similar', c: 'compare' };

/** Null for any other key. X, R and T are those of CurationCommands. */
export function labelAction({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyPress): LabelAction | null {
  if (altKey) return null;
  const pressed = key.toLowerCase();
  if (!ctrlKey && !metaKey) return KEYS[pressed] ?? null;
  if (pressed === 'z') return shiftKey ? 'redo' : 'undo';
  return pressed === 'y' ? 'redo' : null;
}
