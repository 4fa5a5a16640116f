import type { DatasetSummary } from '../../shared/dataset.ts';
import { api } from './api.ts';
import { settings } from './settings.svelte.ts';

/** All data sets, and the one that is being worked on. */
class DatasetsState {
  list = $state.raw<DatasetSummary[]>([]);
  loaded = $state(false);
  /** The chosen one while it is there, else the newest. */
  readonly current = $derived.by<DatasetSummary | null>(() => {
    const chosen = this.list.find((one) => one.dataset === settings.value.dataset);
    return chosen ?? this.list.toSorted((a, b) => b.createdMs - a.createdMs)[0] ?? null;
  });

  async load(): Promise<void> {
    this.list = await api.call('datasets.list', {});
    this.loaded = true;
  }

  byId(id: string | null | undefined): DatasetSummary | null {
    return this.list.find((one) => one.dataset === id) ?? null;
  }

  /** Makes one the data set that all views are about; its best run is chosen with it. */
  choose(id: string): void {
    if (id !== this.current?.dataset) void settings.set({ dataset: id, run: null });
  }
}

export const datasets = new DatasetsState();
