import type { DatasetSummary } from '../../../shared/dataset.ts';
import { api } from '../../client/api.ts';
import { datasets } from '../../client/datasets.svelte.ts';
import { toast } from '../../client/toasts.svelte.ts';

/** Removes a data set from the list; its files are not touched. Can be undone until Twinlens restarts. */
export async function removeWithUndo({ dataset, name }: Pick<DatasetSummary, 'dataset' | 'name'>): Promise<void> {
  try {
    await api.call('datasets.remove', { dataset });
    await datasets.load();
    toast.undoable(`Removed ${name} from the list. Its files were not touched.`, async () => {
      await api.call('datasets.restore', { dataset });
      await datasets.load();
    });
  } catch (error) {
    toast.error(error);
  }
}
