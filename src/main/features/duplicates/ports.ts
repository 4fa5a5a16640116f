import type { EmbeddingSource } from '../../../shared/embedding-source.ts';
import type { ComputeHost } from '../../compute/host/compute-host.ts';
import type { AllImages, EmbeddedSet } from '../../compute/protocol/embeddings.ts';
import type { BrowseStore } from '../../db/browse.ts';
import type { DatasetStore } from '../../db/datasets.ts';
import type { RejectedDuplicatesStore } from '../../db/rejected-duplicates.ts';

/** Services that duplicates use. */
export interface DuplicatePorts {
  datasets: Pick<DatasetStore, 'header'>;
  images: Pick<BrowseStore, 'rows'>;
  allImages(dataset: string): Promise<AllImages>;
  /** The up-to-date embeddings of a data set, null without. */
  embedded(dataset: string, source: EmbeddingSource): Promise<EmbeddedSet | null>;
  sourceName(source: EmbeddingSource): string;
  /** Measures what is missing of the content of images: signatures. Throws AppError 'cancelled' and 'disk-full'. */
  measureContent(dataset: string, signal: AbortSignal): Promise<unknown>;
  contentFolder: string; // of measured content
  rejected: RejectedDuplicatesStore;
  compute: Pick<ComputeHost, 'ask'>;
}
