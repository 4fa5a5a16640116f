import type { RunDifference } from '../../../shared/run-comparison.ts';
import type { Comparison } from '../../../shared/comparison.ts';
import { fileName } from '../../../shared/format.ts';
import { DEFAULT_SECTIONS, type ReportSection } from '../../../shared/report.ts';
import { pageParts } from './render.ts';
import type { EmbeddedType } from '../../compute/protocol/protocol.ts';
import type { ImageFiles, PaperSize, ReportDataset, ReportEntry, ReportExtras, ReportRun, ReportWhatIf } from './types.ts';

type Found<T> = T | null | undefined | Promise<T | null | undefined>;

/** A comparison with the user's judgement and note, if any. */
type JudgedComparison = Comparison & Partial<Pick<ReportEntry, 'judgement' | 'note'>>;

/** Readers of stored records. Null or undefined: the workspace has no such record. */
export interface ReportReaders {
  comparison(id: string): Found<JudgedComparison>;
  /** The images of A and B at the size of the page. Throws AppError 'not-found' or 'bad-image'. */
  images(comparison: Comparison, mime: EmbeddedType): Promise<[ImageFiles, ImageFiles]>;
  /** How many what-if edits of it are saved. */
  editCount(comparison: Comparison): number;
  /** Its saved what-if edits with their pictures, oldest first. */
  whatIfs(comparison: Comparison, mime: EmbeddedType): Promise<ReportWhatIf[]>;
  /** What the sections show of a comparison beside its details. */
  extras(comparison: Comparison, sections: readonly ReportSection[], mime: EmbeddedType): Promise<ReportExtras>;
  run(id: string): Found<ReportRun>;
  /** The first of these runs beside each of the others. */
  differences?(runs: readonly string[]): Promise<RunDifference[]>;
  dataset(id: string): Found<ReportDataset>;
}

export interface ReportContents {
  comparisons: readonly string[]; // ids, in the order of the report
  title?: string | undefined; // default: the image names, or the number of comparisons
  introduction?: string | undefined;
  author?: string | undefined;
  logo?: Uint8Array | null | undefined; // PNG
  sections?: readonly ReportSection[] | undefined; // default DEFAULT_SECTIONS
  generatedMs: number;
  appVersion: string;
  paper?: PaperSize | undefined; // see ReportInput
}

/** A report as a page, in parts. */
export interface ComposedReport {
  comparisons: number;
  /** Parts of the preview: 0 the opening, then one per comparison with its edits and details, last the appendix if it has other sections. */
  parts: number;
  /** A complete page with one part only, for the preview. */
  part(index: number): Promise<string>;
  /** The whole page, details at the end of the appendix. Reads the images of one comparison at a time. */
  whole(): AsyncGenerator<string>;
}

/**
 * Composes the page of the comparisons that exist. `missing`: ids of the others; `report`: null if none exists. Reads images only
 * when their part is generated; generating throws as `readers.images` does.
 */
export async function composeReport(contents: ReportContents, readers: ReportReaders): Promise<{ report: ComposedReport | null; missing: string[] }> {
  const comparisons: ReportEntry[] = [];
  const missing: string[] = [];
  for (const id of new Set(contents.comparisons)) {
    const comparison = await readers.comparison(id);
    if (comparison) comparisons.push({ comparison, judgement: comparison.judgement, note: comparison.note });
    else missing.push(id);
  }
  if (comparisons.length === 0) return { report: null, missing };
  const found = await readOnce(
    comparisons.map(({ comparison }) => comparison.run),
    (id) => readers.run(id),
  );
  const differences = found.length > 1 && readers.differences ? await readers.differences(found.map(({ run }) => run)) : [];
  const runs = found.map((run): ReportRun => ({ ...run, beside: differences.find((one) => one.run === run.run) }));
  const datasets = await readOnce(
    runs.map((run) => run.dataset),
    (id) => readers.dataset(id),
  );
  const { comparisons: _, title, sections = DEFAULT_SECTIONS, ...contentsOfPage } = contents;
  const page = pageParts({ ...contentsOfPage, title: title?.trim() || defaultTitle(comparisons), sections, comparisons, runs, datasets });
  const imageType = contents.paper === undefined ? 'image/webp' : 'image/jpeg'; // `paper` only for a PDF
  const section = async (index: number): Promise<string> => {
    const entry = comparisons[index]!;
    const images = await readers.images(entry.comparison, imageType);
    return page.comparison({ ...entry, images, edits: readers.editCount(entry.comparison) }, index);
  };
  const edits = async (index: number): Promise<string> => {
    const entry = comparisons[index]!;
    if (readers.editCount(entry.comparison) === 0) return '';
    return page.edits(entry, index, await readers.whatIfs(entry.comparison, imageType));
  };
  const details = async (index: number): Promise<string> => {
    const entry = comparisons[index]!;
    return page.details(entry, index, await readers.extras(entry.comparison, sections, imageType)) ?? '';
  };
  const inPage = (part: string): string => page.head + part + page.end;
  return {
    missing,
    report: {
      comparisons: comparisons.length,
      parts: comparisons.length + (page.appendix === null ? 1 : 2),
      part: async (index) => {
        if (index <= 0) return inPage(page.opening);
        if (index > comparisons.length) return inPage(page.appendix ?? '');
        return inPage((await section(index - 1)) + (await edits(index - 1)) + (await details(index - 1)));
      },
      whole: async function* () {
        yield page.head + page.opening;
        for (const index of comparisons.keys()) yield await section(index);
        for (const index of comparisons.keys()) {
          const text = await edits(index);
          if (text !== '') yield text;
        }
        if (page.appendix !== null) yield page.appendix;
        for (const index of comparisons.keys()) yield await details(index);
        yield page.end;
      },
    },
  };
}

/** Reads each id once, in order of first occurrence. Leaves out unknown ones. */
async function readOnce<T>(ids: readonly string[], read: (id: string) => Found<T>): Promise<T[]> {
  const found: T[] = [];
  for (const id of new Set(ids)) {
    const item = await read(id);
    if (item) found.push(item);
  }
  return found;
}

function defaultTitle(comparisons: readonly ReportEntry[]): string {
  if (comparisons.length > 1) return `${comparisons.length} image comparisons`;
  const [a, b] = comparisons[0].comparison.images;
  return `${fileName(a.file)} and ${fileName(b.file)}`;
}
