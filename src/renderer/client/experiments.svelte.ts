import type { ExperimentRow } from '../../shared/experiment.ts';
import { api } from './api.ts';
import { toast } from './toasts.svelte.ts';

/** All experiments, newest first. */
class ExperimentsState {
  list = $state.raw<ExperimentRow[]>([]);

  async load(): Promise<void> {
    this.list = await api.call('experiments.list', {});
  }

  /** Loads again after a change of an experiment or a run: figures and status are derived from the runs. */
  changed(): void {
    this.load().catch((error: unknown) => toast.error(error));
  }

  byId(id: string | null | undefined): ExperimentRow | null {
    return this.list.find(({ experiment }) => experiment === id) ?? null;
  }
}

export const experiments = new ExperimentsState();
