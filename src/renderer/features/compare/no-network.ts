import type { DatasetSummary } from '../../../shared/dataset.ts';
import type { RunRow } from '../../../shared/explore.ts';
import type { Job } from '../../../shared/job.ts';
import { OUTDATED } from '../../../shared/run-words.ts';
import { runName } from '../../client/best-run.ts';
import { resumable, statusSentence } from '../../client/run-status.ts';

/** What there is instead of a network that can compare, and the way on. */
export interface NoNetwork {
  title: string;
  text: string; // sentences
  /** Train a first network, watch one being trained, go on with a run, train once more with its settings, take another run. */
  way: 'first' | 'watch' | 'resume' | 'anew' | 'other';
  run: RunRow | null; // the one that the way is about
}

export interface KnownRuns {
  asked: RunRow | 'gone' | null; // the run that the address names
  here: readonly RunRow[]; // of the data set, newest first
  usable: RunRow | null; // the one that compares where none is asked for
  dataset: Pick<DatasetSummary, 'dataset' | 'name'> | null;
  trainings: readonly Job[]; // that go on or wait
}

const UNTIL_DONE = 'Until it is done it has no threshold, so it cannot say same or different.';

export function whyNoNetwork({ asked, here, usable, dataset, trainings }: KnownRuns): NoNetwork {
  if (asked === 'gone' && usable) {
    return { title: 'This run is no longer here', text: 'It was removed. Another run can say how alike two images are.', way: 'other', run: usable };
  }
  const run = asked && asked !== 'gone' ? asked : tellingRun(here);
  const subject = run ? run.run : dataset?.dataset;
  const job = trainings.find((training) => training.subject === subject);
  return run ? whyNot(run, job) : noneYet(dataset, job);
}

/** Of several that can't compare, the one that soonest could. */
const tellingRun = (runs: readonly RunRow[]): RunRow | null =>
  runs.find(({ status }) => status === 'running') ?? runs.find((run) => resumable(run).can) ?? runs[0] ?? null;

function noneYet(dataset: KnownRuns['dataset'], job: Job | undefined): NoNetwork {
  if (job) return { title: `${job.title} is about to begin`, text: `${waitText(job)} ${UNTIL_DONE}`, way: 'watch', run: null };
  const text = `Train a network on ${dataset ? `“${dataset.name}”` : 'the data set'}: then it says how alike two images are, and shows why.`;
  return { title: 'No trained network yet', text, way: 'first', run: null };
}

function whyNot(run: RunRow, job: Job | undefined): NoNetwork {
  const name = runName(run);
  const stands = statusSentence(run);
  if (run.status === 'running') return { title: `${name} is being trained`, text: `${stands} ${UNTIL_DONE}`, way: 'watch', run };
  if (job) return { title: `${name} is about to go on`, text: `${waitText(job)} ${UNTIL_DONE}`, way: 'watch', run };
  if (run.outdated) return { title: `${name} can judge no new pairs`, text: OUTDATED, way: 'anew', run };
  const title = `${name} ${ENDED[run.status]}`;
  const next = resumable(run);
  if (next.can) return { title, text: `${stands} ${UNTIL_DONE}`, way: 'resume', run };
  return { title, text: run.epochs.length === 0 ? stands : `${stands} ${next.why}`, way: 'anew', run };
}

const ENDED = { interrupted: 'was interrupted', cancelled: 'was cancelled', failed: 'failed', done: 'has no threshold' } as const;

const waitText = ({ progress: { text } }: Job): string => `${text || 'It gets ready'}.`;
