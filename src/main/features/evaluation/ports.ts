import type { PairRelation } from '../../../shared/pair-relation.ts';
import type { Metrics, RunRecord, Unseen } from '../../../shared/run.ts';
import type { ComputeHost } from '../../compute/host/compute-host.ts';
import type { CacheFolders, Counted, ModelRef, PairsRequest } from '../../compute/protocol/protocol.ts';
import type { PairDistanceStore } from '../../db/pair-distances.ts';
import type { ImageUnits } from '../../domain/evaluate/units.ts';
import type { PackedImages, PackedPairs } from '../../domain/pairs/packed.ts';

/** The part of a data set that evaluation of a split uses. */
export interface SplitRows {
  images: PackedImages; // those that occur in the pairs
  units: ImageUnits; // of `images`
  pairs: PackedPairs; // in stored order
  pairSet: string; // Metrics.pairSet
  unseen: Unseen | null; // Metrics.unseen
}

/** A run's network and the pairs of a split. */
export type SplitRequest = PairsRequest & SplitRows;

export interface EvaluationOptions {
  signal?: AbortSignal | undefined;
  onProgress?: ((p: Counted) => void) | undefined; // images read because they were not cached
}

export interface EvaluationPorts {
  runs: {
    get(id: string): RunRecord;
    putMetrics(id: string, metrics: Metrics): void;
  };
  pairDistances: PairDistanceStore;
  /** The data set's folder. */
  rootOf(dataset: string): string;
  splitRows(dataset: string, split: 'test' | 'valid', relation: PairRelation): Promise<SplitRows>;
  networks: {
    refOf(run: RunRecord): ModelRef;
    refuseOutdated(run: RunRecord): void;
  };
  /** Path of the weights that a run started from; null without. Throws AppError 'not-found' or 'bad-weights' if they are gone or have changed. */
  initialWeights(run: RunRecord, signal: AbortSignal | undefined): Promise<string | null>;
  caches: CacheFolders;
  compute: Pick<ComputeHost, 'ask'>;
}
