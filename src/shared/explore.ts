import type { Comparison, Verdict } from './comparison.ts';
import type { PairLabel, Split } from './dataset.ts';
import type { RunConfig, RunRecord } from './run.ts';

/** What a person adds to a run. */
export interface RunNotes {
  name: string; // '' until she names it
  tags: string[];
  note: string;
}

export interface RunRow extends RunRecord, RunNotes {
  stale: boolean; // the data set was curated since this run began
}

/** What a training with these choices would be, before it is started. */
export interface TrainingPlan {
  config: RunConfig | null; // null where the choices don't go together
  problems: { field: string | null; message: string }[]; // field: a key of TrainRequest
  images: number; // of training and validation
  estimate: { seconds: number; basis: string } | null; // basis: what the guess rests on, in words
}

export interface CatalogueItem {
  id: string;
  backbone: string;
  title: string;
  bytes: number;
  licence: string;
  downloaded: boolean;
}

export type Judgement = 'agree' | 'disagree' | 'unsure';

/** A comparison and what a person did with it. Unsaved ones are kept until the workbench is started anew. */
export interface ComparisonRow extends Comparison {
  saved: boolean;
  judgement: Judgement | null;
  note: string;
}

/** Signed maps S at feature resolution, row by row; positive pushes the distance up. */
export interface ComparisonMaps {
  comparison: string;
  width: number;
  height: number;
  signed: [number[], number[]]; // [height * width] each
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
