import type { TrainRequest } from '../../../shared/contract.ts';
import type { KnownEncoder } from '../../../shared/encoder-comparison.ts';
import type { DatasetSummary } from '../../../shared/dataset.ts';
import type { PairRelation } from '../../../shared/pair-relation.ts';
import type { RunConfig } from '../../../shared/run.ts';
import type { ComputeHost } from '../../compute/host/compute-host.ts';
import type { CacheFolders } from '../../compute/protocol/protocol.ts';
import type { DatasetStore } from '../../db/datasets.ts';
import type { EncoderComparisonStore } from '../../db/encoder-comparisons.ts';
import type { ImageUnits } from '../../domain/evaluate/units.ts';
import type { PackedImages, PackedPairs } from '../../domain/pairs/packed.ts';

/** The part of a data set that encoders are compared on. */
export interface EncoderRows {
  images: PackedImages; // included ones
  snapshot: string; // of these images
  units: ImageUnits; // of `images`
  validPairs: PackedPairs;
  pairSet: string; // PairSet.hash of the validation pairs
}

export interface EncoderPorts {
  comparisons: EncoderComparisonStore;
  datasets: {
    /** As curated. */
    get(idOrName: string): DatasetSummary;
  } & Pick<DatasetStore, 'header'>;
  rows(dataset: string, relation: PairRelation): Promise<EncoderRows>;
  /** Every encoder that is on this computer or can be downloaded. */
  known(): KnownEncoder[];
  /** Settings and weights of a training with these options (TrainRequest's). Downloads missing weights. Throws as Training.start does. */
  networkFor(choices: TrainRequest, signal: AbortSignal): Promise<{ config: RunConfig; weightsPath: string | null }>;
  /** Folder of an imported encoder. */
  encoderFolder(id: string): string;
  /** Bytes of the files of weights, of which `path` is the one to open. */
  weightsBytes(path: string): number;
  caches: CacheFolders;
  compute: Pick<ComputeHost, 'ask'>;
}
