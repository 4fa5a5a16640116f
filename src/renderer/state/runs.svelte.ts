import type { RunRow } from '../../shared/explore.ts';
import { api } from '../api.ts';
import { bestRun } from '../lib/best-run.ts';
import { datasets } from './datasets.svelte.ts';
import { settings } from './settings.svelte.ts';

/** All runs, newest first, and the one whose network compares. */
class RunsState {
  list = $state.raw<RunRow[]>([]);
  loaded = $state(false);
  /** Those trained on the data set that is being worked on. */
  readonly here = $derived(this.list.filter((run) => run.dataset === datasets.current?.dataset));
  /** Of these, those that have a network to compare with. */
  readonly usable = $derived(this.here.filter((run) => run.bestEpoch !== null && run.calibration !== null));
  readonly current = $derived(this.usable.find((run) => run.run === settings.value.run) ?? bestRun(this.usable));

  async load(): Promise<void> {
    this.list = await api.call('runs.list', {});
    this.loaded = true;
  }

  byId(id: string | null | undefined): RunRow | null {
    return this.list.find((run) => run.run === id) ?? null;
  }

  choose(id: string): void {
    if (id !== settings.value.run) void settings.set({ run: id });
  }
}

export const runs = new RunsState();
