import { runNumber } from '../../../shared/run-words.ts';
import { countNoun } from '../../../shared/format.ts';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import type { Job } from '../../../shared/job.ts';
import type { ReportFormat, ReportPreview, ReportRecord } from '../../../shared/report.ts';
import type { StoredReport } from '../../db/reports.ts';
import { makeFolders, writeFileAtomically } from '../../foundation/files.ts';
import type { JobContext } from '../../foundation/jobs/jobs.ts';
import type { ComposedReport } from './compose.ts';
import type { ReportPages } from './pages.ts';
import { paperSize } from './paper-size.ts';
import type { ReportPorts } from './ports.ts';

interface Draft {
  report?: string | undefined; // default: a new report
  title: string;
  introduction: string;
  comparisons: readonly string[];
}

/** The user's reports. Stores texts and the order of comparisons; generates the page each time. */
export class ReportService {
  private readonly ports: ReportPorts;
  private readonly pages: ReportPages;

  constructor(ports: ReportPorts, pages: ReportPages) {
    this.ports = ports;
    this.pages = pages;
  }

  list(): ReportRecord[] {
    return this.ports.reports.list().map(withFileState);
  }

  get(id: string): ReportRecord {
    return withFileState(this.ports.reports.get(id));
  }

  /** Stores a draft as a new report, or replaces the report that it names. Removes duplicate comparisons. */
  save({ report, ...draft }: Draft): ReportRecord {
    const { reports, announce } = this.ports;
    const content = { ...draft, comparisons: [...new Set(draft.comparisons)] };
    const stored = report === undefined ? reports.insert(content) : reports.update(report, content);
    announce(stored.report);
    return withFileState(stored);
  }

  /**
   * One part of the page that `startWriting` would write, without missing comparisons: 0 the opening, then a part per comparison,
   * last the closing. `part` beyond the last one: the last one.
   */
  async preview({ part = 0, ...draft }: Draft & { part?: number | undefined }): Promise<ReportPreview> {
    const { report, missing } = await this.pages.compose(draft);
    if (!report) return { html: null, part: 0, parts: 0, missing };
    const shown = Math.min(part, report.parts - 1);
    return { html: await report.part(shown), part: shown, parts: report.parts, missing };
  }

  remove(id: string): void {
    this.ports.reports.remove(id);
    this.ports.announce(id);
  }

  restore(id: string): void {
    this.ports.reports.restore(id);
    this.ports.announce(id);
  }

  /**
   * Writes a report's file to `out`, or into the workspace without it. Evaluates runs without test metrics first.
   * @throws AppError 'not-found'; 'bad-request' for a report without comparisons, a relative path, or a PDF if printing is not possible.
   */
  startWriting({ report, format, out }: { report: string; format: ReportFormat; out?: string | undefined }): Job {
    const { reports, printPdf, jobs } = this.ports;
    const stored = reports.get(report);
    if (stored.comparisons.length === 0) throw new AppError('bad-request', 'This report has no comparisons yet: add one first.');
    if (format === 'pdf' && printPdf === null) {
      throw new AppError(
        'bad-request',
        'PDF files can’t be written because no Chromium or Chrome was found on this computer. Write the report as HTML, open it in your browser and print it from there.',
      );
    }
    const file = out === undefined ? join(this.ports.folderOf(report), `report.${format}`) : outputPath(out, format);
    const title = `Writing ${stored.title.trim() || 'a report'} as ${format.toUpperCase()}`;
    return jobs.start({ kind: 'report', title, subject: report }, (job) => this.write(stored, format, file, job));
  }

  /** The file that a report was last written to. Throws AppError 'not-found' if there is none. */
  lastWrittenFile(id: string, format: ReportFormat): string {
    const written = this.ports.reports.get(id)[format];
    if (written === null) throw new AppError('not-found', `This report has not been written as ${format.toUpperCase()} yet.`, { report: id });
    if (existsSync(written.path)) return written.path;
    throw new AppError('not-found', `The file has been moved or deleted (${written.path}). Write the report again.`, { report: id });
  }

  /** Deletes removed reports with their files in the workspace. Files in other folders stay. */
  async deleteRemoved(): Promise<void> {
    for (const id of this.ports.reports.purge()) await rm(this.ports.folderOf(id), { recursive: true, force: true }).catch(() => undefined);
  }

  private async write(stored: StoredReport, format: ReportFormat, file: string, job: JobContext): Promise<{ report: string; file: string }> {
    const { report, comparisons } = stored;
    const reportText = (text: string): void => job.progress({ text });
    await this.pages.evaluateRuns(comparisons, {
      signal: job.signal,
      onRun: (run) => reportText(`Evaluating run ${runNumber(run)} on its test pairs`),
    });
    reportText(`Building the page from ${countNoun(comparisons.length, 'comparison')}`);
    const composed = await this.pages.compose({ ...stored, paper: format === 'pdf' ? paperSize() : undefined });
    if (composed.report === null || composed.missing.length > 0) throw missingComparisonsError(composed.missing);
    const page = withProgress(composed.report, job);
    if (format === 'html') await writeFileAtomically(file, page);
    else await this.print(report, page, file, job);
    this.ports.reports.setWritten(report, format, file);
    this.ports.announce(report);
    return { report, file };
  }

  /** Prints from a temporary file in the report's folder, because printing needs a file. */
  private async print(report: string, page: AsyncIterable<string>, file: string, { signal, progress }: JobContext): Promise<void> {
    const source = join(this.ports.folderOf(report), 'printing.html');
    try {
      await writeFileAtomically(source, page);
      progress({ text: 'Printing pages', done: 0, total: null });
      makeFolders(join(file, '..'));
      await this.ports.printPdf!(source, file, signal);
    } finally {
      await rm(source, { force: true }).catch(() => undefined);
    }
  }
}

/** Reports each part as it is generated. Throws AppError 'cancelled'. */
async function* withProgress(report: ComposedReport, { signal, progress }: JobContext): AsyncGenerator<string> {
  const total = report.parts - 2; // comparisons
  let done = -1; // the opening
  for await (const part of report.whole()) {
    if (signal.aborted) throw new AppError('cancelled', 'Cancelled.');
    done = Math.min(done + 1, total);
    progress({ done, total });
    yield part;
  }
}

function missingComparisonsError(missing: readonly string[]): AppError {
  const one = missing.length === 1;
  const subject = one ? 'One comparison of this report is' : `${missing.length} comparisons of this report are`;
  return new AppError('not-found', `${subject} missing. Remove ${one ? 'it' : 'them'} from the report and write it again.`, { missing });
}

function withFileState(stored: StoredReport): ReportRecord {
  const file = (format: ReportFormat): ReportRecord[ReportFormat] => {
    const written = stored[format];
    return written && { ...written, gone: !existsSync(written.path) };
  };
  return { ...stored, html: file('html'), pdf: file('pdf') };
}

/** The path with the extension of the format, so that a report never replaces a file of another type. */
function outputPath(out: string, format: ReportFormat): string {
  if (!isAbsolute(out)) throw new AppError('bad-request', 'The path of the file must be absolute.', { out });
  return out.toLowerCase().endsWith(`.${format}`) ? out : `${out}.${format}`;
}
