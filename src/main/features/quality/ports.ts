import type { ComputeHost } from '../../compute/host/compute-host.ts';
import type { BrowseStore } from '../../db/browse.ts';
import type { DatasetStore } from '../../db/datasets.ts';
import type { QualityStore } from '../../db/quality.ts';
import type { PackedImages } from '../../domain/pairs/packed.ts';

/** Services that quality flags use. */
export interface QualityPorts {
  folder: string; // for the cache of rows
  datasets: Pick<DatasetStore, 'header'>;
  images: Pick<BrowseStore, 'rows' | 'all'>;
  /** All images of a data set, excluded ones too. */
  allImages(dataset: string): Promise<{ images: PackedImages; excluded: Uint8Array }>;
  choices: QualityStore;
  compute: Pick<ComputeHost, 'ask'>;
}
