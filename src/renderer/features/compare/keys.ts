import { MAP_VIEWS, type MapView } from '../../../shared/maps/paint.ts';
import type { Judgement } from '../../../shared/comparison.ts';
import { JUDGEMENTS } from '../../../shared/judgement-words.ts';

export type CompareAction =
  | { do: 'view'; view: MapView }
  | { do: 'judge'; judgement: Judgement }
  | { do: 'swap' | 'save' | 'next' | 'previous' | 'zoom-in' | 'zoom-out' | 'fit' | 'actual-size' }
  | { do: 'peek' | 'scale' | 'cells' | 'labels' | 'what-if' | 'matches' }
  | { do: RepairAction | 'undo' | 'redo' };

/** Edits of the data set, for one image of the pair. */
export type RepairAction = 'exclude' | 'relabel' | 'tag';

/** What does not need the maps of the pair. */
export const WHILE_LOADING: ReadonlySet<CompareAction['do']> = new Set(['next', 'previous', 'judge', 'save', 'undo', 'redo']);
/** While this key is held, the photographs have no maps and labels. */
export const PEEK_KEY = 'p';
export const VIEW_KEYS: Record<MapView, string> = { factual: 'F', counterfactual: 'C', signed: 'S', none: 'N' };

interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey?: boolean;
}

/** With Shift: X and R alone have another meaning here. */
export const REPAIR_KEYS: Record<RepairAction, string> = { exclude: 'Shift X', relabel: 'Shift R', tag: 'Shift T' };
const REPAIRS = ['exclude', 'relabel', 'tag'] as const satisfies readonly RepairAction[];

/** Action of a key in the compare view. `typing`: the focus is in a text field; `usesArrows`: the focused control uses arrow keys. */
export function actionFor(event: KeyPress, { typing, usesArrows }: { typing: boolean; usesArrows: boolean }): CompareAction | null {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.altKey) return null;
  if (event.ctrlKey || event.metaKey) {
    if (key === 's') return { do: 'save' };
    if (typing) return null;
    return key === 'z' ? { do: event.shiftKey ? 'redo' : 'undo' } : key === 'y' ? { do: 'redo' } : null;
  }
  if (typing) return null;
  const repair = event.shiftKey && REPAIRS.find((name) => REPAIR_KEYS[name].endsWith(` ${key.toUpperCase()}`));
  if (repair) return { do: repair };
  const view = MAP_VIEWS.find((name) => VIEW_KEYS[name].toLowerCase() === key);
  if (view) return { do: 'view', view };
  const judgement = JUDGEMENTS[Number(key) - 1];
  if (judgement) return { do: 'judge', judgement };
  switch (key) {
    case 'w':
    case 'x':
      return { do: 'swap' };
    case 'j':
      return { do: 'next' };
    case 'k':
      return { do: 'previous' };
    case 'ArrowRight':
      return usesArrows ? null : { do: 'next' };
    case 'ArrowLeft':
      return usesArrows ? null : { do: 'previous' };
    case '+':
    case '=':
      return { do: 'zoom-in' };
    case '-':
      return { do: 'zoom-out' };
    case '0':
      return { do: 'fit' };
    case 'z':
      return { do: 'actual-size' };
    case 'r':
      return { do: 'scale' };
    case 'g':
      return { do: 'cells' };
    case 'i':
      return { do: 'what-if' };
    case 'm':
      return { do: 'matches' };
    case 'l':
      return { do: 'labels' };
    case PEEK_KEY:
      return { do: 'peek' };
    default:
      return null;
  }
}
