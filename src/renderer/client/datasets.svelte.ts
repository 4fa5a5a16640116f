import type { DatasetSummary } from '../../shared/dataset.ts';
import { api } from './api.ts';
import { settings } from './settings.svelte.ts';

/** All data sets and the current one. */
class DatasetsState {
  list = $state.raw<DatasetSummary[]>([]);
  loaded = $state(false);
  /** The chosen one while it exists, else the newest. */
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

  /** Makes it the current data set of all views, and its best run the current run. */
  choose(id: string): void {
    if (id !== this.current?.dataset) void settings.set({ dataset: id, run: null });
  }
}

export const datasets = new DatasetsState();
