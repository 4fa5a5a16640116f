import type { RunRow } from '../../../shared/explore.ts';
import { api } from '../../client/api.ts';
import { runName } from '../../client/best-run.ts';
import { chooseSave } from '../../client/choose-path.ts';
import { jobs } from '../../client/jobs.svelte.ts';
import { go, place } from '../../client/route.svelte.ts';
import { toast } from '../../client/toasts.svelte.ts';
import { trainingForm } from './training-form.svelte.ts';

/** What can be done with a run. A failure is told in a message, never thrown. */

const told = async (work: () => Promise<unknown>): Promise<void> => {
  try {
    await work();
  } catch (error) {
    toast.error(error);
  }
};

export const evaluateRun = (run: RunRow): Promise<void> => told(() => api.call('runs.evaluate', { run: run.run, split: 'test' }));

export const removeRun = (run: RunRow): Promise<void> =>
  told(async () => {
    await api.call('runs.remove', { run: run.run });
    if (place.params['run'] === run.run) place.set({ run: null });
    toast.undoable(`${runName(run)} was removed.`, () => api.call('runs.restore', { run: run.run }));
  });

export const duplicateRun = (run: RunRow): void => {
  trainingForm.duplicate(run);
  go('train', { new: '1' });
};

export const exportRun = (run: RunRow, format: 'onnx' | 'safetensors'): Promise<void> =>
  told(async () => {
    const out = await chooseSave(`Export the network of ${runName(run)}`, `twinlens-${run.run}.${format}`, format);
    if (out === null) return;
    const { file } = await jobs.result(await api.call('runs.export', { run: run.run, format, out }));
    toast.done(`The network was written to ${file}.`);
  });

export const annotateRun = (run: RunRow, notes: { name?: string; tags?: string[]; note?: string }): Promise<void> =>
  told(() => api.call('runs.annotate', { run: run.run, ...notes }));

/** Tags as typed, with commas between them. */
export const typedTags = (text: string): string[] =>
  text
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
