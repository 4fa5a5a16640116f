import { hasPatches } from './backbones.ts';
import {
  type ExperimentComparison,
  type ExperimentRow,
  type ExperimentStatus,
  type FigureName,
  isTrained,
  type SeedState,
  type Spread,
} from './experiment.ts';
import { signedText } from './difference-words.ts';
import { aucText, countNoun, countText, distanceText, listText, NBSP } from './format.ts';
import { overText } from './interval-words.ts';
import { outcomeOf } from './run-difference.ts';
import type { RunConfig } from './run.ts';
import { runNumber } from './run-words.ts';

/** The number of an experiment, by its id: "e3" is experiment 3. */
export const experimentNumber = (id: string): string => id.replace(/^e(?=\d)/, '');

/** The user's name for an experiment, else its number. */
export const experimentName = ({ experiment, name }: { experiment: string; name?: string | undefined }): string =>
  name || `Experiment ${experimentNumber(experiment)}`;

/** "1, 2 and 3" */
export const seedsText = (seeds: readonly number[]): string => listText(seeds.map(String));

const EXPERIMENT_STATUS_WORDS = {
  running: 'training',
  done: 'done',
  failed: 'failed in part',
  cancelled: 'cancelled',
  interrupted: 'interrupted',
} as const satisfies Record<ExperimentStatus, string>;

export const experimentStatusWord = ({ status, states }: Pick<ExperimentRow, 'status' | 'states'>): string =>
  status === 'failed' && !states.some(isTrained) ? 'failed' : EXPERIMENT_STATUS_WORDS[status];

/** Seeds that are trained: "2 of 3 seeds". A removed one is not counted as trained. */
export const trainedText = ({ states }: Pick<ExperimentRow, 'states'>): string =>
  `${states.filter(isTrained).length} of ${countNoun(states.length, 'seed')}`;

/** What a figure is called, and how its value and its standard deviation are written. */
const FIGURE_TEXTS = {
  auc: { name: 'AUC on test pairs', kind: 'auc' },
  accuracy: { name: 'Accuracy', kind: 'share' },
  eer: { name: 'Equal error rate', kind: 'share' },
  recall1: { name: 'Recall@1 among test images', kind: 'share' },
  threshold: { name: 'Threshold', kind: 'distance' },
  validAuc: { name: 'AUC on validation pairs', kind: 'auc' },
} as const satisfies Record<FigureName, { name: string; kind: 'auc' | 'share' | 'distance' }>;

export const figureName = (figure: FigureName): string => FIGURE_TEXTS[figure].name;

/** In percent, with one decimal, so that seeds can be told apart; 0 and 100 only for exactly 0 and 1. */
function percent(share: number): string {
  if (share <= 0 || share >= 1) return String(100 * share);
  const text = (100 * share).toFixed(1);
  return text === '100.0' ? `>${NBSP}99.9` : text === '0.0' ? `<${NBSP}0.1` : text;
}

/** A value of one seed: "0.912", "85.3 %", "1.31". */
export function figureText(figure: FigureName, value: number): string {
  const { kind } = FIGURE_TEXTS[figure];
  return kind === 'auc' ? aucText(value) : kind === 'share' ? `${percent(value)}${NBSP}%` : distanceText(value);
}

/** A spread that rounds to 0 is written as a bound, unless it is 0. */
function sdText(figure: FigureName, sd: number): string {
  const { kind } = FIGURE_TEXTS[figure];
  const text = kind === 'auc' ? sd.toFixed(3) : kind === 'share' ? (100 * sd).toFixed(1) : sd.toFixed(2);
  const smallest = { auc: '0.001', share: '0.1', distance: '0.01' }[kind];
  return sd > 0 && Number(text) === 0 ? `<${NBSP}${smallest}` : text;
}

/** Mean and standard deviation: "0.912 ± 0.006", "85.3 ± 1.2 %". */
export function spreadText(figure: FigureName, { mean, sd }: Spread): string {
  const unit = FIGURE_TEXTS[figure].kind === 'share' ? `${NBSP}%` : '';
  const value = unit === '' ? figureText(figure, mean) : percent(mean);
  return `${value}${NBSP}±${NBSP}${sdText(figure, sd)}${unit}`;
}

/** "0.905 to 0.917" */
export function spanText(figure: FigureName, [low, high]: Spread['range']): string {
  const unit = FIGURE_TEXTS[figure].kind === 'share' ? `${NBSP}%` : '';
  return unit === '' ? `${figureText(figure, low)} to ${figureText(figure, high)}` : `${percent(low)} to ${percent(high)}${unit}`;
}

/** For seeds of a linear probe (src/main/compute/train/probe-start.ts). */
const PROBE_SEEDS =
  'A linear probe has no random start and samples no pairs: seeds only choose its training images where there are more than it can use, so they can all give the same network. Another loss shows what chance changes.';

/** What a seed changes in this training, and what it does not. */
export function seedChanges({
  backbone,
  beside,
  weights,
  scope,
  headStart,
  loss,
  augmentation,
}: Pick<RunConfig, 'backbone' | 'beside' | 'weights' | 'scope' | 'headStart' | 'loss' | 'augmentation'>): string {
  const same = 'The split and the pairs that figures are computed on are the same for all seeds.';
  if (loss === 'probe' && hasPatches({ backbone, beside })) return `A seed changes which patches the dictionary has. ${same}`;
  if (loss === 'probe') return `${PROBE_SEEDS} ${same}`;
  const changes = [
    ...(hasPatches({ backbone, beside }) ? ['which patches the dictionary has'] : []),
    weights === null && !hasPatches({ backbone, beside })
      ? 'the initial weights'
      : headStart === 'probe'
        ? 'the probe that the head starts from'
        : 'the initial weights of the head',
    'which pairs are sampled in each epoch and their order',
    ...(augmentation !== null && scope !== 'head' ? ['the augmentation of the images'] : []),
  ];
  return `A seed changes ${listText(changes)}. ${same}`;
}

/** Tells the spread over seeds apart from the intervals of the runs. `on`: what the figures are of. */
export const spreadMeaning = ({ units, over }: NonNullable<ExperimentRow['on']>): string =>
  `The standard deviation is of the training: how far the figures of single seeds lie apart on these test images. The interval of each run is ${overText({ units, over })}: how far the figures of other ${over} may be from these, for this one network. Neither contains the other.`;

/** The interval of the mean, "0.905 to 0.917"; null where all seeds agree: it would be a single number, as if the mean were known exactly. */
export const meanIntervalText = (figure: FigureName, { sd, interval }: Spread): string | null => (sd > 0 ? spanText(figure, interval) : null);

/** What the interval of the mean says, or why there is none. */
export const meanIntervalMeaning = ({ count, sd }: Pick<Spread, 'count' | 'sd'>): string =>
  sd === 0
    ? `All ${countNoun(count, 'seed')} gave the same AUC, so they say nothing about chance, and no interval of the mean is stated.`
    : `95${NBSP}% interval of the mean over seeds (Student’s t): where the mean of many seeds would be on these test images, if figures of seeds are normally distributed.${count <= 5 ? ` With ${count} seeds it is wide.` : ''}`;

/** Before each line about the training of a seed: "Seed 7 (1 of 3): ". `index`: among the seeds, from 0; `of`: their number. */
export const seedPrefix = ({ seed, index, of }: { seed: number; index: number; of: number }): string => `Seed ${seed} (${index + 1} of ${of}): `;

/** What is to be said about single seeds: failed, stopped, removed and missing ones, and those that are left out of the mean. */
export function seedNotes({ states, status, problem, stale }: Pick<ExperimentRow, 'states' | 'status' | 'problem' | 'stale'>): string[] {
  const seeds = (which: (state: SeedState) => boolean): string[] => states.filter(which).map(({ seed }) => String(seed));
  const noun = (some: readonly string[]): string => `${some.length === 1 ? 'Seed' : 'Seeds'} ${listText(some)}`;
  const removed = seeds((state) => state.removed);
  const stopped = seeds((state) => state.stopped && !state.removed);
  const failed = states.filter((state) => state.status === 'failed' && !state.removed);
  const open = seeds((state) => !state.removed && state.status !== 'done' && state.status !== 'failed' && state.status !== 'running');
  return [
    ...failed.map(({ seed, error }) => `Seed ${seed} failed: ${error ?? 'unknown reason'}`),
    ...(stopped.length > 0 ? [`${noun(stopped)} ${stopped.length === 1 ? 'was' : 'were'} stopped by hand, after fewer epochs than the others.`] : []),
    ...(removed.length > 0
      ? [
          `${noun(removed)} ${removed.length === 1 ? 'was' : 'were'} removed and ${removed.length === 1 ? 'is' : 'are'} left out of the mean, which may flatter it.`,
        ]
      : []),
    ...(open.length > 0 && status !== 'running'
      ? [
          `${noun(open)} ${open.length === 1 ? 'is' : 'are'} not trained to the end${stale ? ', and can’t be: the data set has changed since the experiment started.' : ': resume the experiment.'}`,
        ]
      : []),
    ...(problem === null ? [] : [problem.sentence]),
  ];
}

/** One sentence for a report or the command line: "Mean AUC on test pairs of 3 seeds: 0.912 ± 0.006 (standard deviation over seeds), from 0.905 to 0.917." */
export function spreadSentence({ spread, states }: Pick<ExperimentRow, 'spread' | 'states'>): string {
  const auc = spread?.auc;
  if (!auc) return 'Fewer than two of its seeds have figures on the same test pairs, so there is no mean yet.';
  const of = auc.count === states.length ? countNoun(auc.count, 'seed') : `${auc.count} of ${states.length} seeds`;
  return `Mean AUC on test pairs of ${of}: ${spreadText('auc', auc)} (standard deviation over seeds), from ${spanText('auc', auc.range)}.`;
}

/** What a report says of a run that is one seed of an experiment. */
export const partOfExperiment = ({ seed }: { seed: number }, row: Pick<ExperimentRow, 'experiment' | 'name' | 'spread' | 'states'>): string =>
  `This network is seed ${seed} of ${experimentName(row)}. ${spreadSentence(row)} Its own figures are of this seed alone, and their intervals are over test images, not over seeds.`;

const size = (x: number): string => Math.abs(x).toFixed(3);

/** Whether the mean AUC of one experiment is above that of another. `a`, `b`: names within a sentence. */
export function experimentDifference(a: string, b: string, { a: of, b: than, difference, pairs }: ExperimentComparison): string[] {
  const means = `Mean AUC ${spreadText('auc', of)} (${of.count} seeds) and ${spreadText('auc', than)} (${than.count} seeds), on the same ${countText(pairs)} test pairs.`;
  if (difference === null) return ['No seed changes the AUC, so the spread over seeds says nothing: compare two of their runs instead.', means];
  const { value, interval } = difference;
  const [low, high] = interval;
  const outcome = outcomeOf(difference);
  const range = `${signedText(low)} to ${signedText(high)}`;
  const sentence =
    outcome === 'unproven'
      ? `Not proven that ${a} or ${b} has the higher mean: they differ by ${signedText(value)} (${range}).`
      : `The mean of ${a} is ${outcome === 'better' ? 'above' : 'below'} that of ${b} by ${size(value)} (${[size(low), size(high)].sort().join(' to ')}).`;
  return [
    sentence,
    means,
    'The interval is Welch’s, over seeds: it says what other seeds would give on these test images, not what other images would give. For that, compare a run of each.',
  ];
}

/** "Run 4, seed 2" */
export const seedLabel = ({ run, name, seed }: { run: string; name?: string | undefined; seed: number }): string =>
  `${name || `Run ${runNumber(run)}`}, seed ${seed}`;
