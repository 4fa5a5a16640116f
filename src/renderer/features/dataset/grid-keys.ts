import { type GridLayout, indexAfterKey } from './grid-layout.ts';
import { selectAll, extendSelection, moveFocus, clearSelection, selectOnly, type Selection, toggleInSelection } from './selection.ts';

export type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>;

/** Selection after a key press; 'open' if it opens the focused image, null for other keys. `rows`: rows per page. */
export function selectionAfterKey(
  event: KeyPress,
  selection: Selection,
  ids: readonly number[],
  layout: GridLayout,
  rows: number,
): Selection | 'open' | null {
  const control = event.ctrlKey || event.metaKey;
  const next = event.altKey ? null : indexAfterKey(layout, selection.from ?? selection.focus, event.key, rows);
  const target = next === null ? null : Math.max(0, next);
  if (target !== null)
    return event.shiftKey ? extendSelection(selection, ids, target) : control ? moveFocus(selection, target) : selectOnly(ids, target);
  if (event.key === ' ') return toggleInSelection(selection, ids, selection.focus);
  if (control && event.key.toLowerCase() === 'a') return selectAll(selection, ids);
  if (event.key === 'Escape' && selection.ids.size > 0) return clearSelection(selection);
  return event.key === 'Enter' && ids.length > 0 ? 'open' : null;
}
