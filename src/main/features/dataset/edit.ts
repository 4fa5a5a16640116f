import type { CurationEdit, CurationState } from '../../../shared/curation.ts';
import type { CurationStore } from '../../db/curation.ts';

/** An edit, an undo or a redo. `position`: the history entry that the caller wants to undo or redo. */
export type Change = CurationEdit | { kind: 'undo' | 'redo'; position: number };

/** Applies a change in one transaction. Throws as CurationStore does. */
export function applyChange(store: CurationStore, dataset: string, change: Change): CurationState {
  return 'position' in change ? store[change.kind](dataset, change.position) : store.apply(dataset, change);
}
