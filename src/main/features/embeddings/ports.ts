import type { TrainRequest } from '../../../shared/contract.ts';
import type { KnownEncoder } from '../../../shared/encoder-comparison.ts';
import type { RunConfig, RunRecord } from '../../../shared/run.ts';
import type { ComputeHost } from '../../compute/host/compute-host.ts';
import type { AllImages } from '../../compute/protocol/embeddings.ts';
import type { CacheFolders, ModelRef } from '../../compute/protocol/protocol.ts';
import type { DatasetStore } from '../../db/datasets.ts';
import type { RunStore } from '../../db/runs.ts';

/** Services that embeddings use. */
export interface EmbeddingPorts {
  folder: string; // for the files of all data sets
  datasets: Pick<DatasetStore, 'header'>;
  /** Positions of the current edits of a data set: equal texts mean equal classes. */
  edits(dataset: string): string;
  allImages(dataset: string): Promise<AllImages>;
  runs: Pick<RunStore, 'get' | 'list'>;
  /** Whether the run's network is stored. */
  hasNetwork(run: RunRecord): boolean;
  modelOf(run: RunRecord): ModelRef;
  /** Throws AppError 'bad-request' if the run is not finished or its network is from another version. */
  calibrationOf(run: RunRecord): NonNullable<RunRecord['calibration']>;
  /** Every encoder that is on this computer or can be downloaded. */
  known(): KnownEncoder[];
  /** Title and SHA-256 of an imported encoder. Throws AppError 'not-found'. */
  imported(id: string): { title: string; sha256: string };
  encoderFolder(id: string): string;
  /** Settings and weights of an encoder. Downloads missing weights. */
  networkFor(choices: TrainRequest, signal: AbortSignal): Promise<{ config: RunConfig; weightsPath: string | null }>;
  caches: CacheFolders;
  compute: Pick<ComputeHost, 'ask'>;
}
