import type { CurationEdit, CurationState } from '../../../shared/curation.ts';
import type { CurationStore } from '../../db/curation.ts';

/** An edit, or a step back or forth in the history of edits: `position` is the entry that whoever asks means. */
export type Change = CurationEdit | { kind: 'undo' | 'redo'; position: number };

/** Carries out a change, whole or not at all. Throws as the store does. */
export function applyChange(store: CurationStore, dataset: string, change: Change): CurationState {
  return 'position' in change ? store[change.kind](dataset, change.position) : store.apply(dataset, change);
}
