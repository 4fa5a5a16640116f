import type { BackboneName } from './backbones.ts';
import type { Split } from './dataset.ts';
import type { LossName } from './losses.ts';

export const SCOPES = ['head', 'last-stage', 'all'] as const;
export type Scope = (typeof SCOPES)[number];
export const OPTIMIZERS = ['sgd', 'adam', 'adamw'] as const;
export type OptimizerName = (typeof OPTIMIZERS)[number];
export const HEAD_STARTS = ['random', 'probe'] as const;
export type HeadStart = (typeof HEAD_STARTS)[number];
export const ENGINES = ['onnx', 'tensorflow'] as const;
export type EngineName = (typeof ENGINES)[number];
export const DEVICES = ['cpu', 'webgpu', 'cuda', 'dml'] as const;
export type DeviceName = (typeof DEVICES)[number];

/** How pixels 0..255 become network input, per channel RGB: (p / 255 - mean) / std. */
export interface Preprocessing {
  mean: [number, number, number];
  std: [number, number, number];
}

/**
 * Where weights come from decides two details of the same backbone: Keras pads stride-2 convolutions on the right
 * and bottom only and uses batch-norm epsilon 1e-3; PyTorch pads all round and uses 1e-5.
 */
export type Flavour = 'torch' | 'keras';

export interface WeightsInfo {
  source: string; // catalogue id, or the file's name as given
  sha256: string; // of the tensors' bytes in the order of the backbone's parameters
  flavour: Flavour;
  preprocessing: Preprocessing;
  licence: string | null;
}

export interface Augmentation {
  flipHorizontal: boolean;
  flipVertical: boolean;
  rotation: number; // degrees, drawn from ±rotation
  crop: number; // 0..0.5: the largest share of each side cut away
  colour: number; // 0..1: strength of brightness, contrast and saturation changes
}

export interface RunConfig {
  backbone: BackboneName;
  weights: WeightsInfo | null; // null: from scratch
  flavour: Flavour;
  preprocessing: Preprocessing;
  scope: Scope;
  headStart?: HeadStart; // what the head's weights begin as; runs from before there was a choice lack it: random
  batchNorm: 'frozen' | 'batch';
  epochs: number;
  batch: number; // pairs a step
  size: number; // px, square
  lr: number;
  optimizer: OptimizerName;
  weightDecay: number;
  clipNorm: number; // global gradient norm; 0 = no clipping
  dim: number; // embedding dimension d
  loss?: LossName; // see lossName() for runs that lack it
  margin: number; // m of the loss, in units of distance
  patience: number; // epochs without a better validation AUC before stopping; 0 = never
  plateau: number; // epochs without a better validation loss before the rate is halved; 0 = never
  augmentation: Augmentation | null;
  seed: number;
  engine: EngineName;
  device: DeviceName;
}

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
  best: boolean; // the best validation AUC up to here
}

/** Judged over all pairs of a split at once. Positive = different. */
export interface Metrics {
  split: Split;
  pairs: number;
  same: number;
  different: number;
  auc: number; // 0..1, area under the ROC curve of the distance
  aucLow: number; // 95 % bootstrap interval
  aucHigh: number;
  accuracy: number; // 0..1 at the threshold
  threshold: number; // distance
  confusion: [[number, number], [number, number]]; // [[tn, fp], [fn, tp]]
  eer: number; // 0..1, equal error rate
  roc: [number, number][]; // [false positive rate, true positive rate], from (0,0) to (1,1)
}

/** Similarity = 1 / (1 + exp(slope * (distance - threshold))): falls with the distance, 0.5 at the threshold. */
export interface Calibration {
  threshold: number;
  slope: number; // > 0, per unit of distance
}

export type RunStatus = 'running' | 'done' | 'failed' | 'cancelled' | 'interrupted';

/** One stretch of a training without a break: where and how it computed. */
export interface RunSession {
  firstEpoch: number; // 1-based
  engine: EngineName;
  device: DeviceName;
  batch: number; // pairs a step
  partPairs: number | null; // so many pairs of a step at once, for want of memory; null: all of them
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
  validDistances: { same: number[]; different: number[] } | null; // of the best epoch, sorted
  metrics: Metrics[]; // those evaluated so far, at most one a split
  warnings: string[];
  sessions: RunSession[]; // first to last; those of runs from before they were kept are missing
  modelSha256: string | null; // of the best checkpoint
  seconds: number;
  versions: Record<string, string>;
  createdMs: number;
  finishedMs: number | null;
  error: string | null;
}
