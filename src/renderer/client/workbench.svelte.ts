import { type AppError, asAppError } from '../../shared/errors.ts';
import type { AppInfo } from '../../shared/workbench.ts';
import { api } from './api.ts';
import { counts } from './counts.svelte.ts';
import { datasets } from './datasets.svelte.ts';
import { connection } from './connection-state.svelte.ts';
import { experiments } from './experiments.svelte.ts';
import { jobs } from './jobs.svelte.ts';
import { route } from './route.svelte.ts';
import { models } from './models.svelte.ts';
import { runs } from './runs.svelte.ts';
import { settings } from './settings.svelte.ts';
import { toast } from './toasts.svelte.ts';

/** Loads what every view needs, at start and when stored data changes. */
class WorkbenchState {
  info = $state.raw<AppInfo | null>(null);
  status = $state<'starting' | 'ready' | 'failed'>('starting');
  error = $state.raw<AppError | null>(null);
  reconnections = $state(0); // of this page, after a lost connection
  private listening = false;

  async start(): Promise<void> {
    this.status = 'starting';
    try {
      await settings.load();
      route.restore();
      const info = api.call('app.info', {});
      await Promise.all([datasets.load(), runs.load(), experiments.load(), jobs.load()]);
      this.info = await info;
      this.listen();
      this.status = 'ready';
      void counts.load('comparisons');
      void counts.load('reports');
    } catch (error) {
      this.error = asAppError(error);
      this.status = 'failed';
    }
  }

  /** Loads everything again: events may have been missed while the connection was lost. Another version of the program needs its own page. */
  private async reconnect(): Promise<void> {
    const { contract } = await api.call('app.info', {});
    if (contract !== this.info?.contract) {
      location.reload();
      return;
    }
    this.reconnections += 1;
    toast.dismissOffline();
    await Promise.all([datasets.load(), runs.load(), experiments.load(), jobs.load()]);
  }

  private listen(): void {
    if (this.listening) return;
    this.listening = true;
    jobs.listen();
    connection.listen(() => {
      this.reconnect().catch((error: unknown) => toast.error(error));
    });
    api.on('changed', ({ what, id }) => {
      if (what === 'datasets') datasets.load().catch((error: unknown) => toast.error(error));
      if (what === 'comparisons' || what === 'reports') void counts.load(what);
      if (what === 'runs') runs.changed(id);
      if (what === 'models') models.changed();
      if (what === 'runs' || what === 'experiments') experiments.changed();
    });
    api.on('epoch', (ended) => runs.epochEnded(ended));
  }
}

export const workbench = new WorkbenchState();
