import type { CurveScale } from './losses.ts';
import type { z } from 'zod';
import type { Split } from './dataset.ts';
import type { Finding } from './lint.ts';
import type { Randomisation } from './randomisation.ts';
import type { RunConfig as RunConfigSchema } from './training-options/schemas.ts';

/** All settings of a run, as stored. */
export type RunConfig = z.infer<typeof RunConfigSchema>;

/** Types of single settings, for code that does not use runs. */
export type WeightsInfo = NonNullable<RunConfig['weights']>;
export type Preprocessing = RunConfig['preprocessing'];
export type Flavour = RunConfig['flavour'];
export type Scope = RunConfig['scope'];
export type OptimizerName = RunConfig['optimizer'];
export type EngineName = RunConfig['engine'];
export type DeviceName = RunConfig['device'];

export interface EpochRow {
  epoch: number; // 1-based
  lossTrain: number;
  lossValid: number;
  aucTrain: number;
  aucValid: number;
  accuracyTrain: number; // at the epoch's own best threshold on validation pairs
  accuracyValid: number;
  lr: number;
  seconds: number;
  imagesPerSecond: number;
  best: boolean; // the best validation AUC so far
}

export type Interval = [low: number, high: number];

/** What an estimate of one set of distances is above that of another on the same pairs. */
export interface Difference {
  value: number;
  interval: Interval; // 95 %, over images or groups
}

/** What counts as one independent observation. */
export type IntervalUnit = 'images' | 'groups';

/** 95 % intervals over images, or over groups where the data set has groups. */
export interface Intervals {
  over: IntervalUnit;
  units: number; // images or groups in the pairs
  auc: Interval;
  accuracy: Interval;
  eer: Interval;
  falseDifferent: Interval; // share of the same pairs
  falseSame: Interval; // share of the different pairs
}

/** Classes, or groups (where the data set has them), that a network never saw in training. */
export type Unseen = 'classes' | 'groups';

/** Computed at once over the stored pairs of a split (evaluationPairs). Positive = different. */
export interface Metrics {
  split: Split;
  /** PairSet.hash: only figures of the same pairs are comparable. Missing: of the pairs of a version before pair sets. */
  pairSet?: string;
  /** classes: no training image has a class of these pairs; groups: none has a group of them; null: neither holds. Missing in metrics of older versions. */
  unseen?: Unseen | null;
  pairs: number;
  same: number;
  different: number;
  auc: number; // 0..1, area under the ROC curve of the distance
  intervals?: Intervals; // missing: evaluated by an older version
  /** Older versions: 95 % bootstrap interval over pairs as if these were independent. It is too narrow, and never shown as an interval. */
  aucLow?: number;
  aucHigh?: number;
  accuracy: number; // 0..1 at the threshold
  threshold: number; // distance
  confusion: [[number, number], [number, number]]; // [[tn, fp], [fn, tp]]
  eer: number; // 0..1, equal error rate
  roc: [number, number][]; // [false positive rate, true positive rate], from (0,0) to (1,1)
  /** Of the run's similarity curve; missing in metrics of older versions. */
  reliability?: Reliability;
  /** Cost of likelihood ratios (src/main/domain/evaluate/cllr.ts); missing in metrics of older versions, and for curves of older versions. */
  likelihood?: { cllr: number; cllrMin: number };
  /** Of test pairs; missing in metrics of older versions. */
  baseline?: Baseline | { problem: string }; // why it could not be computed, in a sentence
}

/**
 * The network before training on the same pairs: the pooled features of its initial or fitted backbone, without a head, at the run's image
 * size; distance 1 - cosine.
 */
export interface Baseline {
  drawn: boolean; // the run started from random weights, so these features are those of a random network
  fitted?: true; // these features are of a backbone that was fitted to the training images
  auc: number; // 0..1
  interval: Interval;
  gain: Difference; // AUC of the run - that of the baseline
}

/**
 * How a distance becomes a verdict and a similarity. Similarity = 1 / (1 + exp(slope * (g(distance) - g(midpoint)))), g(D) = D or, on the scale
 * log-odds, log(o) with the odds o = (D²/2) / (1 - D²/2); see src/shared/calibration.ts.
 */
export interface Calibration {
  threshold: number; // distance: above it the verdict is 'different'
  slope: number; // per unit of g; negative if same pairs are farther apart than different ones
  /** The distance where the similarity is 50 %. Missing in runs of older versions, whose curve passes through 50 % at the threshold. */
  midpoint?: number;
  /** Of linear probes. Missing: the curve is logistic in the distance itself. */
  scale?: CurveScale;
  /** Missing in runs of older versions: only the slope of their curve was fitted, and its error is unknown. */
  fit?: CurveFit;
}

/** What a similarity curve was fitted to, and how precisely it is known. */
export interface CurveFit {
  same: number; // validation pairs
  different: number;
  over: IntervalUnit;
  units: number; // images or groups in these pairs
  range: [nearest: number, farthest: number]; // distances of these pairs
  /** Covariance over these units of the logit where g(D) is `centre` and of the slope: [variance of the logit, covariance, variance of the slope]. */
  centre: number;
  covariance: [number, number, number];
  /** On these pairs, each by a curve that saw neither of its units (crossFitReliability). null: too few pairs. */
  reliability: Reliability | null;
}

/** How well similarities agree with the labels of pairs. */
export interface Reliability {
  pairs: number;
  error: number; // 0..1, expected calibration error
  /** The mean of `error` that similarities without any error have on pairs of so few images or groups, by chance. Missing in older runs. */
  chance?: number;
  brier: number; // 0..1, mean of (similarity - label)², with 1 for "same"
  /** Of the Brier score, which is about reliability - resolution + uncertainty. */
  parts: { reliability: number; resolution: number; uncertainty: number };
  bins: ReliabilityBin[]; // by similarity; without empty ones
}

export interface ReliabilityBin {
  similarity: number; // 0..1, mean
  pairs: number;
  same: number; // of the pairs
  low: number; // 95 % interval of the share of same pairs, over images or groups
  high: number;
}

export type RunStatus = 'running' | 'done' | 'failed' | 'cancelled' | 'interrupted';

/** A part of a run between two starts: where and how it was computed. */
export interface RunSession {
  firstEpoch: number; // 1-based
  engine: EngineName;
  device: DeviceName;
  batch: number; // pairs per step
  partPairs: number | null; // pairs computed at once, for lack of memory; null: whole steps
  stopped?: true; // a person stopped the training and kept its best epoch
}

export interface RunRecord {
  run: string; // id
  dataset: string; // DatasetSummary.dataset
  snapshot: string; // DatasetSummary.snapshot at the start
  config: RunConfig;
  status: RunStatus;
  epochs: EpochRow[];
  bestEpoch: number | null;
  calibration: Calibration | null; // from validation pairs
  /** Of the validation pairs that threshold and curve are of, each ascending. `pairSet`: PairSet.hash; missing: stored by a version before. */
  validDistances: { same: number[]; different: number[]; pairSet?: string } | null;
  metrics: Metrics[]; // of the splits evaluated so far
  warnings: string[]; // sentences that an earlier version stored after training; now lintRun finds them from the fields above
  sessions: RunSession[]; // first to last; empty in runs of older versions
  modelSha256: string | null; // of the best checkpoint
  seconds: number;
  versions: Record<string, string>;
  createdMs: number;
  finishedMs: number | null;
  error: string | null;
  experiment?: string; // id, of a run that is one seed of an experiment
}

/** A person's notes on a run, or on an experiment. */
export interface RunNotes {
  name: string; // '' without a name
  tags: string[];
  note: string;
}

/** The place of a run's encoder in a comparison that was made before the run. */
export interface EncoderRank {
  rank: number; // from 1, by AUC on validation pairs in the better way
  count: number; // encoders with figures
  auc: number;
  comparedMs: number;
}

export interface RunRow extends RunRecord, RunNotes {
  findings: Finding[]; // what makes its figures doubtful
  stale: boolean; // the data set was edited after the start of this run
  outdated: boolean; // this version builds its network differently, so it can't be used
  /** Of maps by the default method; missing until it is measured. */
  randomisation?: Randomisation;
  /** Of its encoder among those compared before the run; missing if it was not compared. */
  encoderRank?: EncoderRank;
}
