import type { BackboneName } from '../../../shared/backbones.ts';
import type { DatasetSummary } from '../../../shared/dataset.ts';
import type { ImportedEncoder } from '../../../shared/imported-encoder.ts';
import type { PairRelation } from '../../../shared/pair-relation.ts';
import type { RunConfig, RunRecord, WeightsInfo } from '../../../shared/run.ts';
import type { ComputeHost } from '../../compute/host/compute-host.ts';
import type { CacheFolders, ModelRef } from '../../compute/protocol/protocol.ts';
import type { DatasetStore } from '../../db/datasets.ts';
import type { ExperimentStore } from '../../db/experiments.ts';
import type { RunStore } from '../../db/runs.ts';
import type { ThresholdStore } from '../../db/thresholds.ts';
import type { ImageUnits } from '../../domain/evaluate/units.ts';
import type { PackedImages, PackedPairs } from '../../domain/pairs/packed.ts';

/** The part of a data set that training uses. */
export interface TrainingRows {
  images: PackedImages; // included ones
  snapshot: string; // of these images
  units: ImageUnits; // of `images`
  validPairs: PackedPairs;
  pairSet: string; // identity of the validation pairs
  listedPairs: PackedPairs | null; // of training images, if same means a list
  formsPairs: boolean; // whether training images form same and different pairs
}

/** Pairs that a meaning of "same" gives in a data set. */
export interface PairCounts {
  formsPairs: boolean; // as in TrainingRows
  valid: { same: number; different: number };
  test: { same: number; different: number };
}

/** Bytes that training steps need on the processor, and that the computer has. */
export interface StepMemory {
  neededFor(config: RunConfig): number | null; // null: not known, or little
  available(): number;
}

export interface DownloadProgress {
  file: string;
  received: number; // bytes
  total: number | null;
}

export interface WeightsOptions {
  signal?: AbortSignal | undefined;
  onProgress?: ((p: DownloadProgress) => void) | undefined;
}

/** Services that training uses. */
export interface TrainingPorts {
  runs: Pick<RunStore, 'create' | 'get' | 'update' | 'appendEpoch' | 'dropFigures'>;
  experiments: Pick<ExperimentStore, 'create'>;
  thresholds: Pick<ThresholdStore, 'of' | 'has' | 'add'>;
  datasets: {
    /** As curated. */
    get(idOrName: string): DatasetSummary;
  } & Pick<DatasetStore, 'header'>;
  /** A stored list of pairs. Throws AppError 'not-found'. */
  pairList(dataset: string, list: string): NonNullable<RunConfig['pairs']>;
  pairCounts(dataset: string, relation: PairRelation): Promise<PairCounts>;
  /** `pairRecipe`: RunConfig.pairRecipe. */
  trainingRows(dataset: string, relation: PairRelation, pairRecipe: number): Promise<TrainingRows>;
  weights: {
    /** `source`: path or catalogue id. */
    find(source: string, backbone: BackboneName, o: WeightsOptions): Promise<{ path: string; info: WeightsInfo }>;
  };
  encoders: {
    /** An imported encoder. Throws AppError 'not-found'. */
    get(id: string): ImportedEncoder;
    folderOf(id: string): string;
  };
  networks: {
    refOf(run: RunRecord): ModelRef;
    bestStamp(run: RunRecord): string | null;
    hasCheckpoint(run: RunRecord): boolean;
    refuseOutdated(run: RunRecord): void;
  };
  memory: StepMemory;
  caches: CacheFolders;
  compute: Pick<ComputeHost, 'ask' | 'ready'>;
}
