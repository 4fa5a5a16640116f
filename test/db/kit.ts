import { onTestFinished } from 'vitest';
import { openStore, type Store } from '../../src/main/db/store.ts';
import type { CurationState } from '../../src/shared/curation.ts';
import { openWorkspace, type Workspace } from '../../src/main/foundation/workspace.ts';
import { temporaryFolder } from '../features/dataset/png-files.ts';

export const freshWorkspace = (): Workspace => openWorkspace(temporaryFolder());

/** Closed at the end of the test at the latest. */
export function storeAt(workspace: Workspace, write = true): Store {
  const store = openStore(workspace, { write, command: write ? 'test writer' : 'test reader' });
  onTestFinished(() => store.close());
  return store;
}

/** The step that a screen showing the data set now would ask for. */
export const undoLast = ({ curation }: Pick<Store, 'curation'>, dataset: string): CurationState =>
  curation.undo(dataset, curation.state(dataset).undoPosition ?? 1);
export const redoNext = ({ curation }: Pick<Store, 'curation'>, dataset: string): CurationState =>
  curation.redo(dataset, curation.state(dataset).redoPosition ?? 1);
