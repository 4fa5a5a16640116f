import type { Comparison, Verdict } from './comparison.ts';
import type { PairLabel, Split } from './dataset.ts';
import type { BackboneName } from './backbones.ts';
import type { DeviceName, RunConfig, RunRecord } from './run.ts';

/** What a person adds to a run. */
export interface RunNotes {
  name: string; // '' until she names it
  tags: string[];
  note: string;
}

export interface RunRow extends RunRecord, RunNotes {
  stale: boolean; // the data set was curated since this run began
  outdated: boolean; // its stored network is of another version than this program builds: it can be looked at, not used
}

/** What a training with these choices would be, before it is started. */
export interface TrainingPlan {
  /** null where the choices don't go together. Of weights only what the catalogue says: they are verified at the start. */
  config: RunConfig | null;
  problems: PlanProblem[];
  images: number; // of training and validation
  device: { device: DeviceName; why: string }; // why: a whole sentence
  waiting: number; // trainings that would go first
  estimate: TimeEstimate | null; // null: nothing to rest a guess on
}

export interface PlanProblem {
  field: string | null; // a key of TrainRequest, or one inside: "augmentation.crop"
  message: string; // "must be at least 1", or a sentence
}

export interface TimeEstimate {
  seconds: number;
  basis: string; // what the guess rests on, in words
}

/** Weights that can be fetched by name. */
export interface CatalogueItem {
  id: string;
  backbone: BackboneName;
  title: string;
  about: string; // sentences
  bytes: number | null; // to download; null where the host does not say before
  host: string; // where they come from
  licence: string; // SPDX
  licenceUrl: string;
  downloaded: boolean;
}

export type Judgement = 'agree' | 'disagree' | 'unsure';

/** A comparison and what a person did with it. Unsaved ones are kept until the workbench is started anew. */
export interface ComparisonRow extends Comparison {
  saved: boolean;
  judgement: Judgement | null;
  note: string;
}

/** Signed maps S of both images at feature resolution; positive values make the distance larger. */
export interface SignedMaps {
  width: number; // cells
  height: number;
  signed: [number[], number[]]; // [height, width] each, row-major
}

/** A comparison with the maps that explain it. */
export interface ExplainedComparison {
  row: ComparisonRow;
  maps: SignedMaps;
}

export const QUEUE_KINDS = ['wrong', 'random', 'borderline', 'confident'] as const;
/** wrong: hardest first. borderline: nearest the threshold first. confident: right and far from the threshold first. */
export type QueueKind = (typeof QUEUE_KINDS)[number];

export interface QueuedPair {
  a: number; // ImageRecord.id
  b: number;
  label: PairLabel;
  distance: number;
  similarity: number; // 0..1
  verdict: Verdict;
  correct: boolean;
}

export interface PairQueue {
  run: string;
  dataset: string;
  split: Split;
  kind: QueueKind;
  total: number; // pairs of this kind; `pairs` holds the first of them
  pairs: QueuedPair[];
}
