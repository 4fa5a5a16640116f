import type { CurationState } from '../../../shared/curation.ts';
import type { EmbeddingSource } from '../../../shared/embedding-source.ts';
import type { Calibration, RunRecord } from '../../../shared/run.ts';
import type { EmbeddedSet, StoredNeighbours } from '../../compute/protocol/embeddings.ts';
import type { BrowseStore } from '../../db/browse.ts';
import type { ComparisonStore } from '../../db/comparisons.ts';
import type { DatasetStore } from '../../db/datasets.ts';
import type { ImageJudgementStore } from '../../db/image-judgements.ts';
import type { RunStore } from '../../db/runs.ts';
import type { PackedPairs } from '../../domain/pairs/packed.ts';

export interface TablePorts {
  datasets: Pick<DatasetStore, 'header'>;
  images: Pick<BrowseStore, 'all'>;
  runs: Pick<RunStore, 'get' | 'list'>;
  comparisons: Pick<ComparisonStore, 'list'>;
  judgements: Pick<ImageJudgementStore, 'list'>;
  /** Throws AppError 'bad-request' where the data set has to be analysed first. */
  embedded(dataset: string, source: EmbeddingSource): Promise<EmbeddedSet>;
  neighbours(set: EmbeddedSet): Promise<StoredNeighbours>;
  calibrationOf(run: RunRecord): Calibration;
  distances(
    run: RunRecord,
    split: 'test' | 'valid',
    o: { signal: AbortSignal; onProgress: (p: { done: number; total: number }) => void },
  ): Promise<{ pairs: PackedPairs; distances: Float64Array }>;
}

export interface ApplyPorts extends Pick<TablePorts, 'datasets' | 'images'> {
  /** Adds an edit to the history. */
  edit(
    dataset: string,
    edit: { kind: 'relabel'; ids: number[]; className: string } | { kind: 'tag'; ids: number[]; tag: string },
  ): Promise<CurationState>;
}
