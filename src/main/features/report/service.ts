import { countNoun } from '../../../shared/format.ts';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import type { Job } from '../../../shared/job.ts';
import {
  DEFAULT_SECTIONS,
  type ReportFormat,
  type ReportLogo,
  type ReportPreview,
  type ReportRecord,
  type ReportSection,
  SECTION_NAMES,
} from '../../../shared/report.ts';
import type { ReportContent, StoredReport } from '../../db/reports.ts';
import { makeFolders, writeFileAtomically } from '../../foundation/files.ts';
import type { JobContext } from '../../foundation/jobs/jobs.ts';
import type { ComposedReport } from './compose.ts';
import type { PageContents, ReportPages } from './pages.ts';
import { paperSize } from './paper-size.ts';
import type { ReportPorts } from './ports.ts';
import { noPrinterError } from './printer.ts';

/** A missing author, logo or list of sections is the stored one, or that of a new report. */
interface Draft extends Pick<ReportContent, 'title' | 'introduction' | 'comparisons'> {
  report?: string | undefined; // default: a new report
  author?: string | undefined;
  logo?: string | null | undefined;
  sections?: readonly ReportSection[] | undefined;
}

/** The user's reports. Stores texts, logo, chosen sections and the order of comparisons; generates the page each time. */
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

  /**
   * Stores a draft as a new report, or replaces the report that it names. Removes duplicate comparisons. Throws AppError 'not-found' for an
   * unknown report, logo or comparison; a comparison that the report already has may be missing.
   */
  save(draft: Draft): ReportRecord {
    const { reports, comparisons, announce, author, logo } = this.ports;
    const { report } = draft;
    const content = this.contentOf(draft);
    const known = report === undefined ? null : reports.get(report);
    if (content.logo !== null) reports.logo(content.logo); // throws for an unknown one
    for (const id of content.comparisons) if (!known?.comparisons.includes(id)) comparisons.get(id);
    if (draft.author !== undefined) author.remember(content.author);
    if (known !== null && content.logo !== known.logo) logo.remember(content.logo);
    const stored = report === undefined ? reports.insert(content) : reports.update(report, content);
    announce(stored.report);
    return withFileState(stored);
  }

  /**
   * One part of the page that `startWriting` would write, without missing comparisons; see ComposedReport. `part` beyond the last
   * one: the last one.
   */
  async preview({ part = 0, ...draft }: Draft & { part?: number | undefined }): Promise<ReportPreview> {
    const { report, missing } = await this.pages.compose(this.pageContents(this.contentOf(draft)));
    if (!report) return { html: null, part: 0, parts: 0, comparisons: 0, missing };
    const { parts, comparisons } = report;
    const shown = Math.min(part, parts - 1);
    return { html: await report.part(shown), part: shown, parts, comparisons, missing };
  }

  /** Stores an image file as a logo that reports may have. Throws AppError 'bad-image'. */
  async addLogo(bytes: Uint8Array): Promise<ReportLogo> {
    return this.logo(this.ports.reports.insertLogo(await this.pages.encodeLogo(bytes)));
  }

  /** Throws AppError 'not-found'. */
  logo(logo: string): ReportLogo {
    return { logo, image: `data:image/png;base64,${this.ports.reports.logo(logo).toString('base64')}` };
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
    if (format === 'pdf' && printPdf === null) throw noPrinterError();
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

  /** Deletes removed reports with their files in the workspace, and logos not in use. Files in other folders stay. */
  async deleteRemoved(): Promise<void> {
    for (const id of this.ports.reports.purge(this.ports.logo.last()))
      await rm(this.ports.folderOf(id), { recursive: true, force: true }).catch(() => undefined);
  }

  private contentOf({ report, title, introduction, comparisons, ...more }: Draft): ReportContent {
    const known = report === undefined ? null : this.ports.reports.get(report);
    const chosen = more.sections ?? known?.sections ?? DEFAULT_SECTIONS;
    return {
      title,
      introduction,
      author: more.author ?? known?.author ?? this.ports.author.last(),
      logo: more.logo === undefined ? (known ? known.logo : this.proposedLogo()) : more.logo,
      sections: SECTION_NAMES.filter((name) => chosen.includes(name)),
      comparisons: [...new Set(comparisons)],
    };
  }

  private proposedLogo(): string | null {
    const logo = this.ports.logo.last();
    return logo !== null && this.ports.reports.hasLogo(logo) ? logo : null;
  }

  private pageContents({ logo, ...content }: ReportContent): PageContents {
    return { ...content, logo: logo === null ? null : this.ports.reports.logo(logo) };
  }

  private async write(stored: StoredReport, format: ReportFormat, file: string, job: JobContext): Promise<{ report: string; file: string }> {
    const { report, comparisons } = stored;
    const reportText = (text: string): void => job.progress({ text });
    await this.pages.measureRuns(stored, { signal: job.signal, onStep: reportText });
    await this.pages.readExamples(stored, { signal: job.signal, onProgress: (p) => job.progress({ ...p, text: 'Reading the labelled images' }) });
    reportText(`Building the page from ${countNoun(comparisons.length, 'comparison')}`);
    const composed = await this.pages.compose({ ...this.pageContents(stored), paper: format === 'pdf' ? paperSize() : undefined });
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
  const total = report.comparisons;
  let done = -1; // the opening comes first
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
