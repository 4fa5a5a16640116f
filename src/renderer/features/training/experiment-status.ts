import type { ExperimentRow } from '../../../shared/experiment.ts';
import { experimentStatusWord, trainedText } from '../../../shared/experiment-words.ts';
import { sentenceCase } from '../../../shared/format.ts';

/** Whether seeds are left to train. The data set must be as it was: one experiment has one data set. */
export const canResume = ({ status, stale }: Pick<ExperimentRow, 'status' | 'stale'>): boolean => status !== 'running' && status !== 'done' && !stale;

/** Status of an experiment in a sentence. */
export function experimentStatusSentence(row: ExperimentRow): string {
  const trained = `${trainedText(row)} trained`;
  switch (row.status) {
    case 'running':
      return `In progress: ${trained}.`;
    case 'done':
      return `Done: ${trained}.`;
    case 'cancelled':
      return `Cancelled: ${trained}. Finished seeds are kept.`;
    case 'failed':
      return `${sentenceCase(experimentStatusWord(row))}: ${trained}.`;
    case 'interrupted':
      return `Interrupted: ${trained}. Finished seeds are kept.`;
  }
}
