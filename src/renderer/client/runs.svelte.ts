import type { RunRow } from '../../shared/explore.ts';
import { api } from './api.ts';
import { bestRun } from './best-run.ts';
import { datasets } from './datasets.svelte.ts';
import { settings } from './settings.svelte.ts';
import { toast } from './toasts.svelte.ts';

const RELOAD_MS = 250;

/** All runs, newest first, and the one whose network compares. */
class RunsState {
  list = $state.raw<RunRow[]>([]);
  loaded = $state(false);
  private readonly stale = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Those trained on the data set that is being worked on. */
  readonly here = $derived(this.list.filter((run) => run.dataset === datasets.current?.dataset));
  /** Of these, those that have a network to compare with. */
  readonly usable = $derived(this.here.filter((run) => run.bestEpoch !== null && run.calibration !== null && !run.outdated));
  readonly current = $derived(this.usable.find((run) => run.run === settings.value.run) ?? bestRun(this.usable));

  async load(): Promise<void> {
    this.list = await api.call('runs.list', {});
    this.loaded = true;
  }

  /** Something about a run has changed. While one trains only it is asked for, and not more often than a person can see. */
  changed(id: string | null): void {
    if (id === null || this.byId(id)?.status !== 'running') {
      this.load().catch((error: unknown) => toast.error(error));
      return;
    }
    this.stale.add(id);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      for (const one of this.stale) void this.reload(one);
      this.stale.clear();
    }, RELOAD_MS);
  }

  private async reload(id: string): Promise<void> {
    try {
      const fresh = await api.call('runs.get', { run: id });
      this.list = this.list.map((run) => (run.run === id ? fresh : run));
    } catch (error) {
      toast.error(error);
    }
  }

  byId(id: string | null | undefined): RunRow | null {
    return this.list.find((run) => run.run === id) ?? null;
  }

  choose(id: string): void {
    if (id !== settings.value.run) void settings.set({ run: id });
  }
}

export const runs = new RunsState();
