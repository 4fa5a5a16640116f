import type { DatasetSummary } from '../../shared/dataset.ts';
import { api } from '../api.ts';
import { datasets } from '../state/datasets.svelte.ts';
import { toast } from '../state/toasts.svelte.ts';

/** Takes a data set off the list. Files are never touched, and until the workbench is started anew it can be put back. */
export async function removeWithUndo({ dataset, name }: Pick<DatasetSummary, 'dataset' | 'name'>): Promise<void> {
  try {
    await api.call('datasets.remove', { dataset });
    await datasets.load();
    toast.undoable(`${name} is off the list. Its files are where they were.`, async () => {
      await api.call('datasets.restore', { dataset });
      await datasets.load();
    });
  } catch (error) {
    toast.error(error);
  }
}
