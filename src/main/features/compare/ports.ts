import type { PairLabel } from '../../../shared/dataset.ts';
import type { PairRelation } from '../../../shared/pair-relation.ts';
import type { RunConfig, RunRecord } from '../../../shared/run.ts';
import type { Explaining } from '../../../shared/events.ts';
import type { ComputeHost } from '../../compute/host/compute-host.ts';
import type { CacheFolders, ModelRef } from '../../compute/protocol/protocol.ts';
import type { BrowseStore } from '../../db/browse.ts';
import type { ComparisonStore } from '../../db/comparisons.ts';
import type { MapScaleStore } from '../../db/map-scales.ts';
import type { WhatIfStore } from '../../db/what-ifs.ts';
import type { RandomisationStore } from '../../db/randomisations.ts';
import type { PairUnits } from '../../domain/evaluate/units.ts';
import type { PackedImages, PackedPairs } from '../../domain/pairs/packed.ts';
import type { DatasetStore } from '../../db/datasets.ts';
import type { RunStore } from '../../db/runs.ts';

/** Services that comparisons use. */
export interface ComparePorts {
  runs: Pick<RunStore, 'get'>;
  datasets: Pick<DatasetStore, 'get' | 'header'>;
  images: Pick<BrowseStore, 'rows' | 'withContent' | 'find' | 'edits'>;
  comparisons: Omit<ComparisonStore, 'names'>;
  scales: MapScaleStore;
  whatIfs: WhatIfStore;
  randomisations: RandomisationStore;
  /** Validation pairs of a data set, and their images. */
  /** The labels of a run's list of pairs, by the smaller and the larger id of their images; empty without a list. */
  listedLabels(run: RunRecord): ReadonlyMap<number, ReadonlyMap<number, PairLabel>>;
  validPairs(dataset: string, relation: PairRelation): Promise<{ images: PackedImages; pairs: PackedPairs }>;
  /** Images of a data set, all splits, without excluded ones. */
  includedImages(dataset: string): Promise<PackedImages>;
  /** Distances of a split's stored pairs. Missing features are computed. */
  distances(run: RunRecord, split: 'valid', o: { signal: AbortSignal }): Promise<{ pairs: PackedPairs; units: PairUnits; distances: Float64Array }>;
  compute: Pick<ComputeHost, 'ask'>;
  /** The compute process that checks maps and redraws weights. A check takes seconds, so where a screen waits for `compute` this is another process. */
  checker: Pick<ComputeHost, 'ask'>;
  caches: CacheFolders;
  /** Folder of a comparison's photographs, maps and overlays. */
  folderOf(comparison: string): string;
  modelOf(run: RunRecord): ModelRef;
  /** Whether the run's network is stored. */
  hasNetwork(run: RunRecord): boolean;
  /** Layers that can be explained, first to last. */
  layersOf(config: Pick<RunConfig, 'backbone' | 'beside' | 'pooling'>): string[];
  /** Throws AppError 'bad-request' if the run is not finished or its network is from another version. */
  calibrationOf(run: RunRecord): NonNullable<RunRecord['calibration']>;
  /** Called after a comparison was stored or changed. */
  announce(comparison: string): void;
  /** Called after what-if edits of a comparison were stored, changed or removed. */
  announceWhatIfs(comparison: string): void;
  /** Called before each part of a long explanation. */
  announceProgress(progress: Explaining): void;
}
