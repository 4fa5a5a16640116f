import type { EpochRow } from '../../../shared/run.ts';
import type { ValidationSummary } from '../../domain/evaluate/validation-summary.ts';

export type TrainProgress =
  | { kind: 'prepare'; done: number; total: number } // images decoded, and features computed if they are cached
  | { kind: 'step'; epoch: number; epochs: number; done: number; total: number; loss: number; imagesPerSecond: number; secondsLeft: number }
  | { kind: 'parts'; partPairs: number } // memory is too small for whole steps: from now on this many samples per part
  | { kind: 'recovered'; row: EpochRow } // a row of the checkpoint that the run's record lacks: main ended before it stored the row
  | { kind: 'epoch'; row: EpochRow; epochs: number; secondsLeft: number };

export interface TrainResult extends ValidationSummary {
  bestEpoch: number;
  modelSha256: string;
  seconds: number; // of this session, including preparation
  stoppedEarly: boolean; // after `patience` epochs without a better validation AUC
  stoppedByHand: boolean; // by 'stopTraining'
}
