import type { DatasetSummary } from '../../../shared/dataset.ts';
import type { RunRow } from '../../../shared/run.ts';
import type { Job } from '../../../shared/job.ts';
import { OUTDATED, runName } from '../../../shared/run-words.ts';
import { resumeStatus, statusSentence } from '../../client/run-status.ts';

/** The reason why no network can compare, and the next step. */
export interface NoNetwork {
  title: string;
  text: string; // sentences
  /** Train a first network, watch one train, resume a run, train again with its settings, or use another run. */
  next: 'first' | 'watch' | 'resume' | 'again' | 'other';
  run: RunRow | null; // the run of the next step
}

export interface KnownRuns {
  requested: RunRow | 'removed' | null; // the run in the route
  datasetRuns: readonly RunRow[]; // of the data set, newest first
  defaultRun: RunRow | null; // the default run for comparisons
  dataset: Pick<DatasetSummary, 'dataset' | 'name'> | null;
  trainings: readonly Job[]; // running or waiting
}

const UNTIL_DONE = 'It can give verdicts once training is done and its threshold is set.';

export function explainNoNetwork({ requested, datasetRuns, defaultRun, dataset, trainings }: KnownRuns): NoNetwork {
  if (requested === 'removed' && defaultRun) {
    return { title: 'This run was removed', text: 'Use another run to compare images.', next: 'other', run: defaultRun };
  }
  const run = requested && requested !== 'removed' ? requested : closestRun(datasetRuns);
  const subject = run ? run.run : dataset?.dataset;
  const job = trainings.find((training) => training.subject === subject);
  return run ? explainRun(run, job) : explainNoRun(dataset, job);
}

/** Of runs that can't compare, the one closest to it: the one in training, else a resumable one, else the newest. */
const closestRun = (runs: readonly RunRow[]): RunRow | null =>
  runs.find(({ status }) => status === 'running') ??
  runs.find((run) => resumeStatus(run).can && run.epochs.length > 0) ??
  runs.find((run) => resumeStatus(run).can) ??
  runs[0] ??
  null;

function explainNoRun(dataset: KnownRuns['dataset'], job: Job | undefined): NoNetwork {
  if (job) return { title: `${job.title} is waiting to start`, text: `${waitText(job)} ${UNTIL_DONE}`, next: 'watch', run: null };
  const text = `Train a network on ${dataset ? `“${dataset.name}”` : 'the data set'} to measure how similar two images are and see why.`;
  return { title: 'No trained network yet', text, next: 'first', run: null };
}

function explainRun(run: RunRow, job: Job | undefined): NoNetwork {
  const name = runName(run);
  const status = statusSentence(run);
  if (run.status === 'running') return { title: `${name} is being trained`, text: `${status} ${UNTIL_DONE}`, next: 'watch', run };
  if (job) return { title: `${name} is waiting to resume`, text: `${waitText(job)} ${UNTIL_DONE}`, next: 'watch', run };
  if (run.outdated) return { title: `${name} can’t compare new pairs`, text: OUTDATED, next: 'again', run };
  const title = `${name} ${END_WORDS[run.status]}`;
  const resume = resumeStatus(run);
  if (resume.can) return { title, text: `${status} ${UNTIL_DONE}`, next: 'resume', run };
  return { title, text: `${status} ${resume.why}`, next: 'again', run };
}

const END_WORDS = { interrupted: 'was interrupted', cancelled: 'was cancelled', failed: 'failed', done: 'has no threshold' } as const;

const waitText = ({ progress: { text } }: Job): string => `${text || 'Preparing'}.`;
