import type { Comparison } from '../../../shared/comparison.ts';
import { fileName } from '../../../shared/format.ts';
import { pageParts } from './render.ts';
import type { ImageFiles, PaperSize, ReportComparison, ReportDataset, ReportEntry, ReportRun } from './types.ts';

type Found<T> = T | null | undefined | Promise<T | null | undefined>;

/** A comparison with the user's judgement and note, if any. */
type JudgedComparison = Comparison & Partial<Pick<ReportEntry, 'judgement' | 'note'>>;

/** Readers of stored records. Null or undefined: the workspace has no such record. */
export interface ReportReaders {
  comparison(id: string): Found<JudgedComparison>;
  /** The images of A and B at the size of the page. Throws AppError 'not-found' or 'bad-image'. */
  images(comparison: Comparison): Promise<[ImageFiles, ImageFiles]>;
  run(id: string): Found<ReportRun>;
  dataset(id: string): Found<ReportDataset>;
}

export interface ReportContents {
  comparisons: readonly string[]; // ids, in the order of the report
  title?: string | undefined; // default: the image names, or the number of comparisons
  introduction?: string | undefined;
  generatedMs: number;
  appVersion: string;
  paper?: PaperSize | undefined; // see ReportInput
}

/** A page in the order of its parts: 0 is the opening, then one part per comparison, then the closing. */
export interface ComposedReport {
  parts: number;
  /** A complete page with one part only, for the preview. */
  part(index: number): Promise<string>;
  /** The whole page. Reads the images of one comparison at a time. */
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
  const runs = await readOnce(
    comparisons.map(({ comparison }) => comparison.run),
    (id) => readers.run(id),
  );
  const datasets = await readOnce(
    runs.map((run) => run.dataset),
    (id) => readers.dataset(id),
  );
  const { generatedMs, appVersion, introduction, paper } = contents;
  const title = contents.title?.trim() || defaultTitle(comparisons);
  const page = pageParts({
    title,
    ...(introduction !== undefined && { introduction }),
    ...{ generatedMs, comparisons, runs, datasets, appVersion, paper },
  });
  const withImages = async (entry: ReportEntry): Promise<ReportComparison> => ({ ...entry, images: await readers.images(entry.comparison) });
  const section = async (index: number): Promise<string> => page.comparison(await withImages(comparisons[index]!), index);
  const [head, openingText] = splitAt(page.opening, '<main>\n');
  return {
    missing,
    report: {
      parts: comparisons.length + 2,
      part: async (index) => {
        if (index <= 0) return head + openingText + END;
        if (index > comparisons.length) return head + page.closing;
        return head + (await section(index - 1)) + END;
      },
      whole: async function* () {
        yield page.opening;
        for (const index of comparisons.keys()) yield await section(index);
        yield page.closing;
      },
    },
  };
}

const END = '</main>\n</body>\n</html>\n';

function splitAt(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark) + mark.length;
  return [text.slice(0, at), text.slice(at)];
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
