import type { DatasetSummary } from '../../../shared/dataset.ts';
import { api } from '../../client/api.ts';
import { datasets } from '../../client/datasets.svelte.ts';
import { toast } from '../../client/toasts.svelte.ts';

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
