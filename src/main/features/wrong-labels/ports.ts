import type { DatasetSummary } from '../../../shared/dataset.ts';
import type { DuplicatePairs, RejectedPair } from '../../../shared/duplicates.ts';
import type { EmbeddingSource } from '../../../shared/embedding-source.ts';
import type { ComputeHost } from '../../compute/host/compute-host.ts';
import type { AllImages, EmbeddedSet, EmbedProgress } from '../../compute/protocol/embeddings.ts';
import type { BrowseStore } from '../../db/browse.ts';
import type { LabelCheckStore } from '../../db/label-checks.ts';

export interface LabelPorts {
  checks: LabelCheckStore;
  datasets: {
    /** As curated. */
    get(idOrName: string): Pick<DatasetSummary, 'dataset' | 'name' | 'snapshot'>;
  };
  images: Pick<BrowseStore, 'rows'>;
  allImages(dataset: string): Promise<AllImages>;
  embeddings: {
    ensure(dataset: string, source: EmbeddingSource, o: { signal: AbortSignal; onProgress: (p: EmbedProgress) => void }): Promise<EmbeddedSet>;
    /** The stored embeddings if they are up to date. */
    find(dataset: string, source: EmbeddingSource): Promise<EmbeddedSet | null>;
  };
  /** The duplicates of an analysed data set; null if it is not analysed with the source. */
  duplicates(
    dataset: string,
    source: EmbeddingSource,
    o: { signal: AbortSignal; onProgress: (p: { done: number; total: number }) => void },
  ): Promise<{ pairs: DuplicatePairs; rejected: readonly RejectedPair[] } | null>;
  compute: Pick<ComputeHost, 'ask'>;
}
