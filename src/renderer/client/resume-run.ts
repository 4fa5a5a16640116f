import type { CallInput } from '../../shared/contract.ts';
import type { RunRow } from '../../shared/run.ts';
import { api } from './api.ts';
import { toast } from './toasts.svelte.ts';

export type ResumeChanges = Omit<CallInput<'runs.resume'>, 'run'>;

/** Queues the rest of an interrupted training. A failure becomes a toast. */
export async function resumeRun(run: RunRow, changes: ResumeChanges = {}): Promise<void> {
  try {
    await api.call('runs.resume', { run: run.run, ...changes });
  } catch (error) {
    toast.error(error);
  }
}

/** Queues the seeds of an experiment that are not finished. A failure becomes a toast. */
export async function resumeExperiment(experiment: string): Promise<void> {
  try {
    await api.call('experiments.resume', { experiment });
  } catch (error) {
    toast.error(error);
  }
}
