import { onTestFinished } from 'vitest';
import { importDataset, type ImportOptions } from '../../../src/main/features/dataset/import.ts';
import { openStore, type Store } from '../../../src/main/db/store.ts';
import { workspaceAt } from '../../../src/main/foundation/workspace.ts';
import type { DatasetSummary } from '../../../src/shared/dataset.ts';
import { plainInspect, temporaryFolder } from './png-files.ts';

export function freshStore(): Store {
  const store = openStore(workspaceAt(temporaryFolder()), { write: true, command: 'test' });
  onTestFinished(() => store.close());
  return store;
}

export const importFrom = (folder: string, store: Store, more: Partial<ImportOptions> = {}): Promise<DatasetSummary> =>
  importDataset({ folder, store, inspect: plainInspect, ...more });
