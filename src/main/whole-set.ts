import { percentText } from '../shared/format.ts';
import type { ComputeHost } from './compute/host/compute-host.ts';
import type { Store } from './db/store.ts';
import type { DatasetRows } from './features/dataset/rows.ts';
import { Duplicates } from './features/duplicates/duplicates.ts';
import { Embeddings } from './features/embeddings/embeddings.ts';
import type { AnalysisStep } from './features/embeddings/jobs.ts';
import type { EmbeddingPorts } from './features/embeddings/ports.ts';
import { ImageMaps } from './features/image-map/image-maps.ts';
import type { Networks } from './features/models/networks.ts';
import { LabelChecks } from './features/wrong-labels/label-checks.ts';
import { Quality } from './features/quality/quality.ts';
import { openSimilar, type Similar } from './features/similar/open-similar.ts';
import type { SimilarPorts } from './features/similar/ports.ts';
import type { Workspace } from './foundation/workspace.ts';

/** Services that see a data set as a whole: neighbours, and what is derived from them. */
export interface WholeSet {
  embeddings: Embeddings;
  imageMaps: ImageMaps;
  /** Likely wrong labels, outliers and the least typical images of each class. */
  labels: LabelChecks;
  quality: Quality;
  duplicates: Duplicates;
  similar: Similar;
  /** What the analysis of a data set does after its embeddings. */
  analysisSteps: AnalysisStep[];
}

/** What these services use of the others. */
export interface WholeSetParts extends Pick<EmbeddingPorts, 'calibrationOf' | 'known' | 'imported' | 'encoderFolder' | 'networkFor'> {
  workspace: Workspace;
  store: Store;
  rows: DatasetRows;
  networks: Networks;
  compute: ComputeHost;
}

/** A part of the composition root: services.ts calls it. */
export function openWholeSet({ workspace, store, rows, networks, compute, ...models }: WholeSetParts): WholeSet {
  const embeddings = new Embeddings({
    ...models,
    folder: workspace.embeddings,
    datasets: store.datasets,
    edits: (dataset) => store.browse.edits(dataset),
    allImages: (dataset) => rows.allRows(dataset),
    runs: store.runs,
    hasNetwork: (run) => networks.isStored(run),
    modelOf: (run) => networks.refOf(run),
    caches: { features: workspace.features, pixels: workspace.pixels },
    compute,
  });
  const imageMaps = new ImageMaps({
    folder: workspace.maps,
    datasets: store.datasets,
    embedded: (dataset, source) => embeddings.find(dataset, source),
    requireEmbedded: (dataset, source) => embeddings.require(dataset, source),
    compute,
  });
  const labels = new LabelChecks({
    checks: store.labelChecks,
    datasets: store.datasets,
    images: store.browse,
    allImages: (dataset) => rows.allRows(dataset),
    embeddings,
    duplicates: (dataset, source, o) => duplicates.report(dataset, source, o),
    compute,
  });
  const quality = new Quality({
    ...{ folder: workspace.features, datasets: store.datasets, images: store.browse, choices: store.quality, compute },
    allImages: (dataset) => rows.allRows(dataset),
  });
  const duplicates = new Duplicates({
    ...{ datasets: store.datasets, images: store.browse, contentFolder: workspace.features, rejected: store.rejectedDuplicates, compute },
    allImages: (dataset) => rows.allRows(dataset),
    embedded: (dataset, source) => embeddings.find(dataset, source),
    sourceName: (source) => embeddings.nameOf(source),
    measureContent: (dataset, signal) => quality.measure(dataset, { signal }),
  });
  const analysisSteps: AnalysisStep[] = [
    { run: ({ dataset }, job) => quality.measure(dataset, stepOptions(job, 'Measuring quality')) },
    { run: ({ dataset, source }, job) => duplicates.find(dataset, source, stepOptions(job, 'Comparing duplicates')) },
  ];
  const find: SimilarPorts['find'] = (query) => Promise.resolve(store.browse.find(query));
  const calibrationOf: SimilarPorts['calibrationOf'] = (run) => models.calibrationOf(store.runs.get(run));
  const similar = openSimilar(similarPorts({ workspace, store, embeddings }, { find, calibrationOf, compute }));
  return { embeddings, quality, duplicates, imageMaps, labels, similar, analysisSteps };
}

/** The ports of search. */
export const similarPorts = (
  { workspace, store, embeddings }: Pick<WholeSetParts, 'workspace' | 'store'> & Pick<WholeSet, 'embeddings'>,
  more: Pick<SimilarPorts, 'find' | 'calibrationOf' | 'compute'>,
): SimilarPorts => ({
  datasets: store.datasets,
  images: store.browse,
  judgements: store.imageJudgements,
  searches: store.folderSearches,
  embedded: (dataset, source) => embeddings.find(dataset, source),
  neighbours: (set) => embeddings.neighbours(set),
  networkOf: (dataset, source, signal) => embeddings.networkOf(dataset, source, { signal }),
  nameOf: (source) => embeddings.nameOf(source),
  caches: { features: workspace.features, pixels: workspace.pixels },
  ...more,
});

/** What a step of the analysis gets of its job. */
const stepOptions = ({ signal, progress }: Parameters<AnalysisStep['run']>[1], title: string) => ({
  signal,
  onProgress: ({ done, total }: { done: number; total: number }): void =>
    progress({ ...{ done, total, text: `${title}: ${percentText(total > 0 ? done / total : 1)}` }, imagesPerSecond: null, secondsLeft: null }),
});
