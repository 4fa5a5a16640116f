import type { PairRelation } from '../../../shared/pair-relation.ts';
import type { Metrics, RunRecord, Unseen } from '../../../shared/run.ts';
import type { ComputeHost } from '../../compute/host/compute-host.ts';
import type { CacheFolders, ModelRef } from '../../compute/protocol/protocol.ts';
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

export interface EvaluationPorts {
  runs: {
    get(id: string): RunRecord;
    putMetrics(id: string, metrics: Metrics): void;
  };
  /** The data set's folder. */
  rootOf(dataset: string): string;
  splitRows(dataset: string, split: 'test' | 'valid', relation: PairRelation): Promise<SplitRows>;
  networks: {
    refOf(run: RunRecord): ModelRef;
    refuseOutdated(run: RunRecord): void;
  };
  caches: CacheFolders;
  compute: Pick<ComputeHost, 'ask'>;
}
