import type { EmbeddingSource } from '../../../shared/embedding-source.ts';
import type { ComputeHost } from '../../compute/host/compute-host.ts';
import type { EmbeddedSet } from '../../compute/protocol/embeddings.ts';
import type { DatasetStore } from '../../db/datasets.ts';

/** Services that maps of data sets use. */
export interface ImageMapPorts {
  folder: string; // for the files of all data sets
  datasets: Pick<DatasetStore, 'header'>;
  /** Stored embeddings that are up to date; null if there are none. Throws AppError 'not-found' for an unknown data set or source. */
  embedded(dataset: string, source: EmbeddingSource): Promise<EmbeddedSet | null>;
  /** As `embedded`. Throws AppError 'bad-request' where the data set has to be analysed first. */
  requireEmbedded(dataset: string, source: EmbeddingSource): Promise<EmbeddedSet>;
  compute: Pick<ComputeHost, 'ask'>;
}
