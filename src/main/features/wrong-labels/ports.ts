import type { DatasetSummary } from '../../../shared/dataset.ts';
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
  /** [m, 2] ids of images that are known to be duplicates of each other. */
  duplicates(dataset: string): Int32Array;
  compute: Pick<ComputeHost, 'ask'>;
}
