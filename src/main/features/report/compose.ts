import { readFile } from 'node:fs/promises';
import type { ComparedImage, Comparison } from '../../../shared/comparison.ts';
import { AppError } from '../../../shared/errors.ts';
import { fileName } from '../../../shared/format.ts';
import { renderReport } from './render.ts';
import type { ImageFiles, PaperSize, ImageFile, ImageFileType, ReportComparison, ReportDataset, ReportRun } from './types.ts';

type Found<T> = T | null | undefined | Promise<T | null | undefined>;

/** A comparison with the person's judgement and note, where there are any. */
type JudgedComparison = Comparison & Partial<Pick<ReportComparison, 'judgement' | 'note'>>;

/** Where a report's facts come from. Null or undefined: the workspace does not hold it (any more). */
export interface ReportReaders {
  comparison(id: string): Found<JudgedComparison>;
  run(id: string): Found<ReportRun>;
  dataset(id: string): Found<ReportDataset>;
}

export interface ReportContents {
  comparisons: readonly string[]; // ids, in the order of the report
  title?: string | undefined; // default: what is compared
  introduction?: string | undefined;
  generatedMs: number;
  appVersion: string;
  paper?: PaperSize | undefined; // see ReportInput
}

/**
 * The report as a page, of the comparisons that are still there; `missing` names the others. Null where none is left.
 * @throws AppError 'not-found' for a comparison whose pictures are gone; 'bad-image' for a picture file that is none.
 */
export async function composeReport(contents: ReportContents, readers: ReportReaders): Promise<{ page: string | null; missing: string[] }> {
  const comparisons: ReportComparison[] = [];
  const missing: string[] = [];
  for (const id of new Set(contents.comparisons)) {
    const comparison = await readers.comparison(id);
    if (comparison) comparisons.push(await withFiles(comparison));
    else missing.push(id);
  }
  if (comparisons.length === 0) return { page: null, missing };
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
  return {
    page: renderReport({ title, ...(introduction !== undefined && { introduction }), generatedMs, comparisons, runs, datasets, appVersion, paper }),
    missing,
  };
}

/** Reads each id once, in order of first mention, and leaves out those that are gone. */
async function readOnce<T>(ids: readonly string[], read: (id: string) => Found<T>): Promise<T[]> {
  const found: T[] = [];
  for (const id of new Set(ids)) {
    const item = await read(id);
    if (item) found.push(item);
  }
  return found;
}

async function withFiles(comparison: JudgedComparison): Promise<ReportComparison> {
  const [a, b] = comparison.images;
  const { judgement, note } = comparison;
  return { comparison, judgement, note, images: [await filesOf(a, comparison), await filesOf(b, comparison)] };
}

async function filesOf(image: ComparedImage, { comparison }: Comparison): Promise<ImageFiles> {
  const read = (path: string): Promise<ImageFile> => readImageFile(path, comparison, fileName(image.file));
  return { photo: await read(image.photo), factual: await read(image.factual), counterfactual: await read(image.counterfactual) };
}

async function readImageFile(path: string, comparison: string, name: string): Promise<ImageFile> {
  const details = { comparison, file: path };
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new AppError(
      'not-found',
      `The picture of ${name} in comparison ${comparison} is missing (${path}). Compare the two images again.`,
      details,
      error,
    );
  });
  const mime = imageFileType(bytes);
  if (mime === null)
    throw new AppError('bad-image', `Comparison ${comparison} has a broken picture of ${name} (${path}). Compare the two images again.`, details);
  return { bytes, mime };
}

/** By the file's first bytes: its name may be wrong. */
export function imageFileType(bytes: Buffer): ImageFileType | null {
  if (bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'image/jpeg';
  if (bytes.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))) return 'image/png';
  if (bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP') return 'image/webp';
  return null;
}

function defaultTitle(comparisons: readonly ReportComparison[]): string {
  if (comparisons.length > 1) return `${comparisons.length} image comparisons`;
  const [a, b] = comparisons[0].comparison.images;
  return `${fileName(a.file)} and ${fileName(b.file)}`;
}
