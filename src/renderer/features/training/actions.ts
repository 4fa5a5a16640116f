import type { ExperimentRow } from '../../../shared/experiment.ts';
import { experimentName } from '../../../shared/experiment-words.ts';
import type { RunNotes, RunRow } from '../../../shared/run.ts';
import { api } from '../../client/api.ts';
import { runName } from '../../../shared/run-words.ts';
import { chooseSave } from '../../client/choose-path.ts';
import { jobs } from '../../client/jobs.svelte.ts';
import { go, route } from '../../client/route.svelte.ts';
import { WriteQueue } from '../../client/write-queue.ts';
import { toast } from '../../client/toasts.svelte.ts';
import { trainingForm } from './training-form.svelte.ts';

/** Actions on a run. They show failures as toasts and never throw. */

const toastErrors = async (work: () => Promise<unknown>): Promise<void> => {
  try {
    await work();
  } catch (error) {
    toast.error(error);
  }
};

export const evaluateRun = (run: RunRow): Promise<void> => toastErrors(() => api.call('runs.evaluate', { run: run.run, split: 'test' }));

export const fitAgain = (run: RunRow): Promise<void> => toastErrors(() => api.call('runs.fitAgain', { run: run.run }));

export const removeRun = (run: RunRow): Promise<void> =>
  toastErrors(async () => {
    await api.call('runs.remove', { run: run.run });
    if (route.params['run'] === run.run) route.set({ run: null });
    toast.undoable(`${runName(run)} removed.`, () => api.call('runs.restore', { run: run.run }));
  });

export const duplicateRun = (run: RunRow): void => {
  trainingForm.duplicate(run);
  go('train', { new: '1' });
};

export const exportRun = (run: RunRow, format: 'onnx' | 'safetensors'): Promise<void> =>
  toastErrors(async () => {
    const out = await chooseSave(`Export the network of ${runName(run)}`, `twinlens-${run.run}.${format}`, format);
    if (out === null) return;
    const { file } = await jobs.result(await api.call('runs.export', { run: run.run, format, out }));
    toast.info(`Network saved to ${file}`);
  });

export const removeExperiment = (row: ExperimentRow): Promise<void> =>
  toastErrors(async () => {
    const { runs } = await api.call('experiments.remove', { experiment: row.experiment });
    if (route.params['experiment'] === row.experiment) route.set({ experiment: null });
    toast.undoable(`${experimentName(row)} removed.`, () => Promise.all(runs.map((run) => api.call('runs.restore', { run }))));
  });

export const duplicateExperiment = (row: ExperimentRow): void => {
  trainingForm.duplicateExperiment(row);
  go('train', { new: '1' });
};

const annotations = new WriteQueue();
export const annotateRun = (run: RunRow, notes: Partial<RunNotes>): Promise<void> =>
  toastErrors(() => annotations.add(() => api.call('runs.annotate', { run: run.run, ...notes })));

export const annotateExperiment = ({ experiment }: ExperimentRow, notes: Partial<RunNotes>): Promise<void> =>
  toastErrors(() => annotations.add(() => api.call('experiments.annotate', { experiment, ...notes })));

/** Tags from comma-separated text. */
export const parseTags = (text: string): string[] =>
  text
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
