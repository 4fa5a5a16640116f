import type { EpochEnd } from '../../shared/events.ts';
import type { RunRow } from '../../shared/run.ts';
import { api } from './api.ts';
import { appendEpoch } from './append-epoch.ts';
import { bestRun } from './best-run.ts';
import { datasets } from './datasets.svelte.ts';
import { settings } from './settings.svelte.ts';
import { toast } from './toasts.svelte.ts';

const REDRAW_MS = 250; // many epochs of a head end within a second, more than a viewer can see

/** All runs, newest first, and the one used for comparisons. */
class RunsState {
  list = $state.raw<RunRow[]>([]);
  loaded = $state(false);
  private pending: EpochEnd[] = []; // not shown yet
  private redrawTimer: ReturnType<typeof setTimeout> | undefined;
  /** Runs of the current data set. */
  readonly ofCurrentDataset = $derived(this.list.filter((run) => run.dataset === datasets.current?.dataset));
  /** Runs of the current data set that can compare images. */
  readonly usable = $derived(this.ofCurrentDataset.filter((run) => run.bestEpoch !== null && run.calibration !== null && !run.outdated));
  /** The run for comparisons: the chosen one, else the best. */
  readonly current = $derived(this.usable.find((run) => run.run === settings.value.run) ?? bestRun(this.usable));

  /** The run that the open view works with, if it is not the current one. */
  inView = $state<string | null>(null);
  /** The usable run that the screen names: that of the open view, else the current one. */
  readonly shown = $derived(this.usable.find(({ run }) => run === this.inView) ?? this.current);
  /** How often the person has chosen another run since the page was loaded. */
  choices = $state(0);

  async load(): Promise<void> {
    this.list = await api.call('runs.list', {});
    this.loaded = true;
  }

  /** Reloads after a change: only the run if it is training, else the whole list. */
  changed(id: string | null): void {
    const loading = id !== null && this.byId(id)?.status === 'running' ? this.reload(id) : this.load();
    loading.catch((error: unknown) => toast.error(error));
  }

  /** The event carries the epoch's row, so nothing is loaded unless an earlier event was lost. */
  epochEnded(end: EpochEnd): void {
    this.pending.push(end);
    this.redrawTimer ??= setTimeout(() => this.showPending(), REDRAW_MS);
  }

  private showPending(): void {
    this.redrawTimer = undefined;
    const byRun = Map.groupBy(this.pending, ({ run }) => run);
    this.pending = [];
    for (const [id, ends] of byRun) {
      const run = ends.reduce<RunRow | null>((known, { row }) => known && appendEpoch(known, row), this.byId(id));
      if (run) this.replace(run);
      else this.changed(id);
    }
  }

  private async reload(id: string): Promise<void> {
    this.replace(await api.call('runs.get', { run: id }));
  }

  private replace(next: RunRow): void {
    this.list = this.list.map((run) => (run.run === next.run ? next : run));
  }

  byId(id: string | null | undefined): RunRow | null {
    return this.list.find((run) => run.run === id) ?? null;
  }

  choose(id: string): void {
    if (id !== this.shown?.run) this.choices++;
    if (id !== settings.value.run) void settings.set({ run: id });
  }
}

export const runs = new RunsState();
