import type { Component } from 'svelte';
import type { DatasetSummary } from '../../../shared/dataset.ts';
import type { EmbeddingSource } from '../../../shared/embedding-source.ts';
import type { EmbeddingStatus } from '../../../shared/embeddings.ts';

/** What every tab gets. A tab is made anew for another data set or source, and stays while the same one is analysed again. */
export interface ExploreTabProps {
  dataset: DatasetSummary;
  source: EmbeddingSource;
  status: EmbeddingStatus; // 'ready' where the tab needs the analysis
}

export interface ExploreTab {
  name: string; // in the route: #/explore?tab=NAME
  text: string;
  /** Shown only once the data set is analysed with the chosen source; else the view says what to do. */
  needsAnalysis: boolean;
  load: () => Promise<{ default: Component<ExploreTabProps> }>;
}

/** The tabs of the view, in their order. Each is a folder beside this file, loaded when it is first shown. */
export const TABS: readonly ExploreTab[] = [
  { name: 'similar', text: 'Find similar', needsAnalysis: true, load: () => import('./similar/SimilarTab.svelte') },
  { name: 'duplicates', text: 'Duplicates', needsAnalysis: true, load: () => import('./duplicates/DuplicatesTab.svelte') },
  { name: 'labels', text: 'Labels', needsAnalysis: true, load: () => import('./labels/LabelsTab.svelte') },
  { name: 'quality', text: 'Quality', needsAnalysis: false, load: () => import('./quality/QualityTab.svelte') },
  { name: 'map', text: 'Map', needsAnalysis: true, load: () => import('./map/MapTab.svelte') },
];
