import type { PairRelation } from './pair-relation.ts';
import type { DeviceName, Difference, EngineName, Interval, IntervalUnit } from './run.ts';
import type { Estimate } from './structure.ts';

/** Encoders compared on the validation pairs of a data set: types; words: encoder-comparison-words.ts. */

/**
 * How an encoder's features give distances: as they are (1 - cosine of pooled features), or through the head of a linear probe that is fitted to
 * the training images.
 */
export const WAYS = ['plain', 'probe'] as const;
export type Way = (typeof WAYS)[number];

/** The best encoder's figure less this one's, on the same validation images. */
export interface BehindBest {
  auc: Difference;
  /** The interval of the AUC's difference by resampling images or groups; null where too few resamples have pairs of both labels. */
  resampled: Interval | null;
  p: number; // two-sided, of no difference in AUC
  holm: number; // p adjusted for all comparisons with the best one
  eer: Difference;
  recall1: Difference | null;
}

/** Figures of an encoder used in one way. */
export interface EncoderFigures {
  auc: Estimate;
  eer: Estimate;
  /** Share of validation images whose nearest other one is the same; null if no two of them are. */
  recall1: Estimate | null;
  behind: BehindBest | null; // null: this is the best one
}

/** What an encoder costs for each image: decoding, resizing and the forward pass. */
export interface ImageTime {
  ms: number;
  images: number; // that were timed
  again: boolean; // all features were cached, so that some images were encoded again for this
}

/** What was compared, and what a training with it chooses. */
export interface EncoderChoice {
  encoder: string; // see encoder-name.ts
  weights: string | null; // file, or id of the catalogue; null: random initial weights, or an encoder that needs none
}

/** An encoder that can be compared and trained with, on this computer or to be downloaded. */
export interface KnownEncoder extends EncoderChoice {
  here: boolean;
  bytes: number; // on this computer, or to download
}

export interface ComparedEncoder extends EncoderChoice {
  weightsSha256: string | null; // WeightsInfo.sha256
  size: number | null; // px; null: not known because of `problem`
  licence: string | null; // as stated with the weights; null: none is stated
  bytes: number | null;
  /** Whether `bytes` are those of its files; if not or missing, of its parameters as float32. */
  onDisk?: boolean;
  channels: number | null; // length of the pooled features
  time: ImageTime | null;
  figures: Record<Way, EncoderFigures | null>;
  /** Why it has no figures, or none with a probe, in a sentence; null without a problem. */
  problem: string | null;
}

/** An encoder that could be compared, but is not on this computer. */
export interface MissingEncoder {
  encoder: string;
  weights: string; // id of the catalogue
  bytes: number; // to download
}

/** A stored comparison. */
export interface EncoderComparison {
  comparison: string; // id
  dataset: string;
  snapshot: string; // DatasetSummary.snapshot
  relation: PairRelation;
  pairSet: string; // PairSet.hash of the validation pairs
  pairs: { same: number; different: number };
  over: IntervalUnit;
  units: number; // images or groups in the pairs
  images: { train: number; valid: number };
  engine: EngineName;
  device: DeviceName;
  encoders: ComparedEncoder[]; // as they were chosen
  best: { position: number; way: Way } | null; // the highest AUC; null: none could be computed
  comparisons: number; // with the best one, for which `holm` is adjusted
  missing: MissingEncoder[];
  createdMs: number;
  seconds: number;
}

/** A comparison for a screen. */
export interface EncoderComparisonRow extends EncoderComparison {
  stale: boolean; // the data set was changed since
}

/** A difference counts as proven if its adjusted p is below this. */
export const LEVEL = 0.05;

/** Whether the best encoder is proven to be better than the one of these figures. */
export const isProven = ({ behind }: EncoderFigures): boolean => behind !== null && behind.holm < LEVEL;

/** The way in which an encoder has the higher AUC, and its figures; null without figures. */
export function betterWay({ figures }: Pick<ComparedEncoder, 'figures'>): { way: Way; figures: EncoderFigures } | null {
  const found = WAYS.flatMap((way) => (figures[way] === null ? [] : [{ way, figures: figures[way] }]));
  return found.toSorted((a, b) => b.figures.auc.value - a.figures.auc.value)[0] ?? null;
}
