import type { Pair } from '../../../shared/dataset.ts';
import type { RunConfig } from '../../../shared/run.ts';
import type { TrainImage } from '../../domain/pairs/sample-pairs.ts';
import type { Trainer } from '../../nn/engines/engine.ts';
import type { TensorMap } from '../../nn/ir/tensor.ts';
import type { Loss } from '../../nn/losses/loss.ts';
import type { FeatureSource } from '../embed/feature-source.ts';
import type { NetworkEngine } from '../engine/network-engine.ts';
import type { DatasetImages } from '../images/dataset-images.ts';
import type { CallContext } from '../protocol/protocol.ts';

/** The part of a run between one start and the next stop: everything that its epochs use. */
export interface Session {
  folder: string; // of the run's checkpoints
  config: RunConfig;
  loss: Loss;
  engine: NetworkEngine;
  trainer: Trainer;
  source: FeatureSource;
  frozen: TensorMap;
  trainImages: TrainImage[];
  listedPairs: Pair[] | null; // that the epochs train on; null: they are drawn
  images: DatasetImages;
  validPairs: Pair[];
  context: CallContext<'train'>;
  stop: AbortSignal; // aborted when a person stops the training and keeps its best epoch
  started: number; // ms, when the first step of this session began
  partSize: number; // samples per part that have fitted in memory; at most the batch
}

/** Estimated from the mean time per epoch so far. `done` and `left` are in epochs, with fractions. */
export const secondsLeft = (session: Session, done: number, left: number): number =>
  ((performance.now() - session.started) / 1000 / Math.max(done, 1e-9)) * left;
