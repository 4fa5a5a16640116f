import type { CurationEdit, CurationState } from '../../../shared/curation.ts';
import type { CurationStore } from '../../db/curation.ts';

/** An edit, or a step back or forth in the history of edits. */
export type Change = CurationEdit | 'undo' | 'redo';

/** Carries out a change, whole or not at all. Throws as the store does. */
export function edited(store: CurationStore, dataset: string, change: Change): CurationState {
  return change === 'undo' || change === 'redo' ? store[change](dataset) : store.apply(dataset, change);
}
