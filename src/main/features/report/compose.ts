import type { ComparedImage, Comparison } from '../../../shared/comparison.ts';
import { AppError } from '../../../shared/errors.ts';
import { fileName } from '../../../shared/format.ts';
import { readIntact } from '../../foundation/files.ts';
import { renderReport } from './render.ts';
import type { ImageFiles, PaperSize, ImageFile, ImageFileType, ReportComparison, ReportDataset, ReportRun } from './types.ts';

type Found<T> = T | null | undefined | Promise<T | null | undefined>;

/** A comparison with the user's judgement and note, if any. */
type JudgedComparison = Comparison & Partial<Pick<ReportComparison, 'judgement' | 'note'>>;

/** Readers of stored records. Null or undefined: the workspace has no such record. */
export interface ReportReaders {
  comparison(id: string): Found<JudgedComparison>;
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

/**
 * Builds the page from the comparisons that exist. `missing`: ids of the others; `page`: null if none exists.
 * @throws AppError 'not-found' if an image file of a comparison is missing; 'bad-image' if it is not an image.
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

/** Reads each id once, in order of first occurrence. Leaves out unknown ones. */
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
  const read = (path: string, checksum?: number): Promise<ImageFile> => readImageFile(path, checksum, comparison, fileName(image.file));
  return { photo: await read(image.photo, image.crc32?.photo), factual: await read(image.factual), counterfactual: await read(image.counterfactual) };
}

async function readImageFile(path: string, checksum: number | undefined, comparison: string, name: string): Promise<ImageFile> {
  const details = { comparison, file: path };
  const bytes = await readIntact(path, checksum).catch((error: unknown) => {
    throw new AppError(
      'not-found',
      `An image file of comparison ${comparison}, of ${name}, is missing (${path}). Compare the two images again.`,
      details,
      error,
    );
  });
  const mime = bytes === null ? null : imageFileType(bytes);
  if (bytes !== null && mime !== null) return { bytes, mime };
  throw new AppError(
    'bad-image',
    `An image file of comparison ${comparison}, of ${name}, is damaged (${path}). Compare the two images again.`,
    details,
  );
}

/** The file type by its first bytes, because the name may be wrong; null for other types. */
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
