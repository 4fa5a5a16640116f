import type { FoundImages, ImageQuery } from '../../../shared/curation.ts';
import type { EmbeddingSource } from '../../../shared/embedding-source.ts';
import type { Calibration } from '../../../shared/run.ts';
import type { ComputeHost } from '../../compute/host/compute-host.ts';
import type { EmbeddedSet, EmbeddingNetwork, StoredNeighbours } from '../../compute/protocol/embeddings.ts';
import type { CacheFolders } from '../../compute/protocol/protocol.ts';
import type { BrowseStore } from '../../db/browse.ts';
import type { DatasetStore } from '../../db/datasets.ts';
import type { FolderSearchStore } from '../../db/folder-searches.ts';
import type { ImageJudgementStore } from '../../db/image-judgements.ts';

/** What search needs from elsewhere. */
export interface SimilarPorts {
  datasets: Pick<DatasetStore, 'header'>;
  images: Pick<BrowseStore, 'rows' | 'ofGroup' | 'edits'>;
  /** As BrowseStore.find. */
  find(query: ImageQuery): Promise<FoundImages>;
  judgements: ImageJudgementStore;
  searches: FolderSearchStore;
  /** The stored embeddings of a data set; null if they were not computed, or not for its images as they are now. */
  embedded(dataset: string, source: EmbeddingSource): Promise<EmbeddedSet | null>;
  neighbours(set: EmbeddedSet): Promise<StoredNeighbours>;
  /** The network of a source, for a compute call. */
  networkOf(dataset: string, source: EmbeddingSource, signal: AbortSignal): Promise<EmbeddingNetwork>;
  /** Name of a source, as "DINOv2 ViT-S/14" or "run 3". */
  nameOf(source: EmbeddingSource): string;
  caches: CacheFolders;
  /** Of a run's network now. Throws AppError 'bad-request' for a run without a threshold. */
  calibrationOf(run: string): Calibration;
  compute: Pick<ComputeHost, 'ask'>;
}
