import { type GridLayout, stepFrom } from './grid-layout.ts';
import { everything, extended, moved, nothing, only, type Selection, toggled } from './selection.ts';

export type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>;

/** What is selected after a key, 'open' where it opens the focused image, null where it means nothing here. `rows`: those a window holds. */
export function afterKey(event: Pressed, selection: Selection, ids: readonly number[], layout: GridLayout, rows: number): Selection | 'open' | null {
  const control = event.ctrlKey || event.metaKey;
  const target = event.altKey ? null : stepFrom(layout, selection.focus, event.key, rows);
  if (target !== null) return event.shiftKey ? extended(selection, ids, target) : control ? moved(selection, target) : only(ids, target);
  if (event.key === ' ') return toggled(selection, ids, selection.focus);
  if (control && event.key.toLowerCase() === 'a') return everything(selection, ids);
  if (event.key === 'Escape' && selection.ids.size > 0) return nothing(selection);
  return event.key === 'Enter' && ids.length > 0 ? 'open' : null;
}
