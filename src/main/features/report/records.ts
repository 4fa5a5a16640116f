import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import type { Job } from '../../../shared/job.ts';
import type { ReportFormat, ReportPreview, ReportRecord } from '../../../shared/report.ts';
import type { StoredReport } from '../../db/reports.ts';
import { makeFolders, writeWhole } from '../../foundation/files.ts';
import type { EventHub } from '../../foundation/jobs/events.ts';
import type { JobContext, Jobs } from '../../foundation/jobs/jobs.ts';
import type { Shell } from '../../foundation/shell.ts';
import { APP_VERSION } from '../../foundation/versions.ts';
import type { TrainingServices } from '../training/service.ts';
import { counted } from '../../foundation/words.ts';
import { judgeRuns, readersOf } from './from-store.ts';
import { composeReport, type ReportContents } from './service.ts';
import type { PaperSize } from './types.ts';

/** The reports that a person puts together: kept, shown, written. Her words and her order are stored, the page is made anew each time. */

/** What reading reports needs. */
type ReportReading = TrainingServices;

/** What writing reports needs. */
interface ReportWriting extends TrainingServices {
  hub: EventHub;
  jobs: Jobs;
  shell: Shell;
}

interface Draft {
  report?: string | undefined;
  title: string;
  introduction: string;
  comparisons: readonly string[];
}

export const listReports = ({ store }: ReportReading): ReportRecord[] => store.reports.list().map(withFiles);
export const getReport = ({ store }: ReportReading, id: string): ReportRecord => withFiles(store.reports.get(id));

/** Keeps a draft: as a new report, or in the place of the one it names. A comparison stands in it once. */
export function saveReport({ store, hub }: ReportWriting, { report, ...draft }: Draft): ReportRecord {
  const content = { ...draft, comparisons: [...new Set(draft.comparisons)] };
  const kept = report === undefined ? store.reports.insert(content) : store.reports.update(report, content);
  hub.changed('reports', kept.report);
  return withFiles(kept);
}

/** The page that `write` would write now, without the comparisons that are gone. */
export async function previewReport(s: ReportReading, draft: Draft): Promise<ReportPreview> {
  const { page, missing } = await composeReport(contentsOf(draft), readersOf(s));
  return { html: page, missing };
}

export function removeReport({ store, hub }: ReportWriting, id: string): void {
  store.reports.remove(id);
  hub.changed('reports', id);
}

export function restoreReport({ store, hub }: ReportWriting, id: string): void {
  store.reports.restore(id);
  hub.changed('reports', id);
}

/**
 * Begins to write a report's file: `out` where a person chose its place, else into the workspace. Networks that were not judged on
 * test pairs yet are judged first.
 * @throws AppError 'not-found'; 'bad-request' for a report of nothing, a place that is none, or a PDF where nothing can print
 */
export function startWriting(bench: ReportWriting, { report, format, out }: { report: string; format: ReportFormat; out?: string | undefined }): Job {
  const stored = bench.store.reports.get(report);
  if (stored.comparisons.length === 0) throw new AppError('bad-request', 'There is no comparison in this report yet: add one first.');
  if (format === 'pdf' && bench.shell.printPdf === null) {
    throw new AppError(
      'bad-request',
      'PDF files can’t be written here, since no Chromium or Chrome was found on this machine. Write the report as HTML, open it in your browser and print it from there.',
    );
  }
  const file = out === undefined ? join(bench.workspace.report(report), `report.${format}`) : placeOf(out, format);
  const title = `Writing ${stored.title.trim() || 'a report'} as ${format.toUpperCase()}`;
  return bench.jobs.start({ kind: 'report', title, subject: report }, (job) => write(bench, stored, format, file, job));
}

async function write(
  bench: ReportWriting,
  stored: StoredReport,
  format: ReportFormat,
  file: string,
  job: JobContext,
): Promise<{ report: string; file: string }> {
  const say = (text: string): void => job.progress({ text });
  await judgeRuns(bench, stored.comparisons, { signal: job.signal, onRun: (run) => say(`Judging run ${run.replace(/^r/, '')} on its test pairs`) });
  say(`Putting ${counted(stored.comparisons.length, 'comparison')} together`);
  const { page, missing } = await composeReport({ ...contentsOf(stored), paper: format === 'pdf' ? paperHere() : undefined }, readersOf(bench));
  if (page === null || missing.length > 0) {
    const gone = missing.length === 1 ? 'One comparison of this report is' : `${missing.length} comparisons of this report are`;
    throw new AppError('not-found', `${gone} no longer there. Take ${missing.length === 1 ? 'it' : 'them'} out of the report and write it again.`, {
      missing,
    });
  }
  if (job.signal.aborted) throw new AppError('cancelled', 'Cancelled.');
  if (format === 'html') await writeWhole(file, page);
  else await print(bench, stored.report, page, file, job);
  bench.store.reports.setWritten(stored.report, format, file);
  bench.hub.changed('reports', stored.report);
  return { report: stored.report, file };
}

/** Countries that write on Letter; all others use A4. */
const LETTER = new Set(['US', 'CA', 'MX', 'PH', 'CL', 'CO', 'VE', 'CR', 'GT', 'SV', 'HN', 'NI', 'PA', 'DO', 'PR']);

/** The paper of the person's country, as her system tells it. */
export function paperHere(locale = new Intl.DateTimeFormat().resolvedOptions().locale, env: NodeJS.ProcessEnv = process.env): PaperSize {
  const system = (env['LC_PAPER'] || env['LC_ALL'] || env['LANG'] || '').split('.')[0]!.replace('_', '-'); // Node's own is en-US where none is set
  const known = /^[a-z]{2,3}-[A-Z]{2}$/.test(system) ? system : process.platform === 'linux' ? 'und' : locale;
  return LETTER.has(new Intl.Locale(known).region ?? '') ? 'letter' : 'A4';
}

/** A printer takes files: the page lies beside the workspace's own copy for as long as it prints. */
async function print(bench: ReportWriting, report: string, page: string, file: string, { signal, progress }: JobContext): Promise<void> {
  progress({ text: 'Printing the pages' });
  const source = join(bench.workspace.report(report), 'printing.html');
  try {
    await writeWhole(source, page);
    makeFolders(join(file, '..'));
    await bench.shell.printPdf!(source, file, signal);
  } finally {
    await rm(source, { force: true }).catch(() => undefined);
  }
}

/** The file that a report was last written to. Throws AppError 'not-found', in words, where there is none. */
export function writtenFile({ store }: ReportReading, id: string, format: ReportFormat): string {
  const written = store.reports.get(id)[format];
  if (written === null) throw new AppError('not-found', `This report was not written as ${format.toUpperCase()} yet.`, { report: id });
  if (existsSync(written.path)) return written.path;
  throw new AppError('not-found', `The file was moved or deleted since it was written (${written.path}). Write the report again.`, { report: id });
}

/** Deletes removed reports for good, with what the workspace holds of their files; where else she put files they stay. */
export async function forgetRemovedReports({ store, workspace }: ReportReading): Promise<void> {
  for (const id of store.reports.purge()) await rm(workspace.report(id), { recursive: true, force: true }).catch(() => undefined);
}

const contentsOf = ({ title, introduction, comparisons }: Draft): ReportContents => ({
  title,
  introduction,
  comparisons,
  generatedMs: Date.now(),
  appVersion: APP_VERSION,
});

function withFiles(stored: StoredReport): ReportRecord {
  const there = (format: ReportFormat): ReportRecord[ReportFormat] => {
    const written = stored[format];
    return written && { ...written, gone: !existsSync(written.path) };
  };
  return { ...stored, html: there('html'), pdf: there('pdf') };
}

/** A chosen place, with the ending that says what it holds: a report never takes the place of another kind of file. */
function placeOf(out: string, format: ReportFormat): string {
  if (!isAbsolute(out)) throw new AppError('bad-request', 'The place for the file must be a whole path.', { out });
  return out.toLowerCase().endsWith(`.${format}`) ? out : `${out}.${format}`;
}
