import type { ComparisonRow } from '../../../shared/comparison.ts';
import type { BrowseStore } from '../../db/browse.ts';
import type { DatasetStore } from '../../db/datasets.ts';
import type { ReportStore } from '../../db/reports.ts';
import type { RunStore } from '../../db/runs.ts';
import type { Jobs } from '../../foundation/jobs/jobs.ts';
import type { Shell } from '../../foundation/shell.ts';

/** What the pages of a report are made from. */
export interface PagePorts {
  /** A stored comparison with its overlay files drawn. Throws AppError 'not-found'. */
  comparison(id: string): Promise<ComparisonRow>;
  runs: Pick<RunStore, 'annotated'>;
  datasets: Pick<DatasetStore, 'get'>;
  images: Pick<BrowseStore, 'counts'>;
  /** Computes and stores a run's metrics on test pairs. */
  evaluateOnTest(run: string, signal: AbortSignal | undefined): Promise<unknown>;
}

/** What the reports that a person puts together need beside their pages. */
export interface ReportPorts {
  reports: ReportStore;
  jobs: Pick<Jobs, 'start'>;
  /** Null where nothing here can print. */
  printPdf: Shell['printPdf'];
  /** Where the workspace holds a report's own files. */
  folderOf(report: string): string;
  /** A report was stored, changed, removed or written. */
  announce(report: string): void;
}
