import type { IntervalUnit, Difference, Interval, RunConfig, RunNotes, RunStatus } from './run.ts';

/** The same training with several seeds: the spread of its figures is what the seed changes. */

/** How a figure varies over the seeds of an experiment. */
export interface Spread {
  count: number; // seeds
  mean: number;
  sd: number; // standard deviation, n - 1
  range: Interval; // smallest and largest
  interval: Interval; // 95 %, of the mean: where the mean of many seeds would be, for figures that are normally distributed
}

/** Figures of which an experiment has the spread: on test pairs, but for `validAuc`. */
export const FIGURES = ['auc', 'accuracy', 'eer', 'recall1', 'threshold', 'validAuc'] as const;
export type FigureName = (typeof FIGURES)[number];

/** As stored. */
export interface ExperimentRecord {
  experiment: string; // id
  dataset: string; // DatasetSummary.dataset
  snapshot: string; // DatasetSummary.snapshot at the start
  config: RunConfig; // of its runs, but for the seed
  seeds: number[]; // in the order of training
  createdMs: number;
}

/** A seed of an experiment. */
export interface SeedState {
  seed: number;
  run: string | null; // id; null: not started
  status: RunStatus | null; // of the run
  removed: boolean; // a person removed the run: it is left out of the figures and is not trained again
  error: string | null; // why the run failed
  stopped: boolean; // a person ended its training early and kept the best epoch
  figures: Partial<Record<FigureName, number>>; // without those that are unknown
}

/** Whether a seed counts as trained: its run is finished and not removed. */
export const isTrained = ({ status, removed }: Pick<SeedState, 'status' | 'removed'>): boolean => status === 'done' && !removed;

export type ExperimentStatus = 'running' | 'done' | 'failed' | 'cancelled' | 'interrupted';

/** An experiment with all that is derived from its runs. */
export interface ExperimentRow extends ExperimentRecord, RunNotes {
  status: ExperimentStatus; // 'running' also while it waits for another training
  states: SeedState[]; // one per seed
  /** Of the finished seeds; null with fewer than two, or if they can't be averaged. */
  spread: Partial<Record<FigureName, Spread>> | null;
  /** What the figures on test pairs are of: the pairs and images that all seeds share; null without figures. */
  on: { pairs: number; units: number; over: IntervalUnit } | null;
  /** Why seeds are left out of the spread, a sentence; null if none is. `evaluate`: runs whose evaluation removes the reason. */
  problem: { sentence: string; evaluate: string[] } | null;
  stale: boolean; // the data set was edited after the start
}

/** Two experiments on the same test pairs. */
export interface ExperimentComparison {
  a: Spread; // AUC on test pairs
  b: Spread;
  /** Mean AUC of A - mean AUC of B, with Welch's interval over the seeds; null if no seed changes the AUC. */
  difference: Difference | null;
  pairs: number;
}

/** Why two experiments can't be compared, a sentence. */
export interface NotComparable {
  problem: string;
}
