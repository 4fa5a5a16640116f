import type { Comparison, ComparisonRow } from '../../../shared/comparison.ts';
import type { Stroke, WhatIf } from '../../../shared/what-if.ts';
import type { EmbeddedType } from '../../compute/protocol/protocol.ts';
import type { EncoderRank, RunRecord } from '../../../shared/run.ts';
import type { ExperimentRow } from '../../../shared/experiment.ts';
import type { RunDifference } from '../../../shared/run-comparison.ts';
import type { StructureAnswer } from '../../../shared/structure.ts';
import type { ThresholdEntry } from '../../../shared/thresholds.ts';
import type { Randomisation } from '../../../shared/randomisation.ts';
import type { ComputeHost } from '../../compute/host/compute-host.ts';
import type { BrowseStore } from '../../db/browse.ts';
import type { ComparisonStore } from '../../db/comparisons.ts';
import type { DatasetStore } from '../../db/datasets.ts';
import type { ReportStore } from '../../db/reports.ts';
import type { RunStore } from '../../db/runs.ts';
import type { MatchesAnswer } from '../../../shared/matches.ts';
import type { ExamplesAnswer } from '../../../shared/examples.ts';
import type { Jobs } from '../../foundation/jobs/jobs.ts';
import type { Shell } from '../../foundation/shell.ts';

/** Services that ReportPages uses. */
export interface PagePorts {
  /** A stored comparison with the scale of its maps. Throws AppError 'not-found'. */
  comparison(id: string): Promise<ComparisonRow>;
  /** Draws the overlay files of a comparison that are missing. */
  drawOverlays(id: string): Promise<void>;
  /** Saved what-if edits of a comparison, oldest first. */
  whatIfs(comparison: string): WhatIf[];
  /** The photographs of A and B after an edit. Throws AppError 'not-found' or 'bad-image' if an image has neither file nor copy. */
  editedPictures(comparison: Comparison, strokes: readonly Stroke[], o: { longest: number; mime: EmbeddedType }): Promise<[Uint8Array, Uint8Array]>;
  /** The matching spots of a comparison. Throws as `examples.find` does. */
  matches(comparison: string): Promise<MatchesAnswer>;
  /** Examples of comparisons, and the reading of what they need. */
  examples: {
    /** Throws AppError 'not-found', 'bad-request' or 'bad-image' if the network or an image is missing or has changed. */
    find(comparison: string, signal: AbortSignal): Promise<ExamplesAnswer>;
    /** Reads what `find` needs, once for a run. Throws as `find` does, and 'cancelled'. */
    read(run: string, o: { signal: AbortSignal; onProgress?: (p: { done: number; total: number }) => void }): Promise<void>;
  };
  /** Draws the pictures of a comparison's flip test that are missing. */
  drawFlip(id: string): Promise<void>;
  /** Folder of a comparison's files. */
  comparisonFolder(id: string): string;
  /** The process that shrinks images. */
  compute: Pick<ComputeHost, 'ask'>;
  runs: Pick<RunStore, 'annotated'>;
  datasets: Pick<DatasetStore, 'get'>;
  images: Pick<BrowseStore, 'counts'>;
  /** Thresholds of the run's network, newest first; missing for an unfinished run. */
  thresholdsOf(run: string): readonly ThresholdEntry[] | undefined;
  /** The rank of a run's encoder in a comparison before the run; null without one. */
  encoderRankOf(run: RunRecord): EncoderRank | null;
  /** An experiment with the figures of its seeds. */
  experimentOf(id: string): ExperimentRow;
  /** How the run's maps by the default method change with redrawn weights; null before it is measured. */
  randomisationOf(run: string): Randomisation | null;
  /** Measures and stores that. */
  redrawWeights(run: string, signal: AbortSignal | undefined): Promise<unknown>;
  /** Neighbours and classes of the run; null before they are measured. */
  structureOf(run: string): StructureAnswer | null;
  /** Measures and stores them. */
  measureStructure(run: string, signal: AbortSignal | undefined): Promise<unknown>;
  /** The first of several runs beside each of the others, on the test pairs that they share. Reads no images. */
  differences(runs: readonly string[]): Promise<RunDifference[]>;
  /** Computes and stores a run's metrics on test pairs. */
  evaluateOnTest(run: string, signal: AbortSignal | undefined): Promise<unknown>;
}

/** Services that ReportService uses. */
export interface ReportPorts {
  reports: ReportStore;
  comparisons: Pick<ComparisonStore, 'get'>;
  jobs: Pick<Jobs, 'start'>;
  /** Null if printing is not possible. */
  printPdf: Shell['printPdf'];
  /** Folder of a report's files in the workspace. */
  folderOf(report: string): string;
  /** The author of the last report, for the next one. `remember` never throws. */
  author: { last(): string; remember(author: string): void };
  /** SHA-256 of the last logo, for the next report; null if there was none or it was removed. `remember` never throws. */
  logo: { last(): string | null; remember(logo: string | null): void };
  /** Called after a report was stored, changed, removed or written. */
  announce(report: string): void;
}
