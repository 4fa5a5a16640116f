import { readFile } from 'node:fs/promises';
import type { ComparedImage, Comparison } from '../../shared/comparison.ts';
import type { DatasetSummary } from '../../shared/dataset.ts';
import { AppError } from '../../shared/errors.ts';
import type { RunRecord } from '../../shared/run.ts';
import { writeWhole } from '../files.ts';
import { fileName } from '../../shared/format.ts';
import { renderReport } from './render.ts';
import type { ImagePictures, Picture, PictureType, ReportComparison } from './types.ts';

type Found<T> = T | null | undefined | Promise<T | null | undefined>;

/** Where a report's facts come from; each answers nothing for what the workspace does not hold (any more). */
export interface ReportReaders {
  comparison(id: string): Found<Comparison>;
  run(id: string): Found<RunRecord>;
  dataset(id: string): Found<DatasetSummary>;
}

export interface ReportRequest {
  comparisons: readonly string[]; // ids, in the order of the report
  out: string; // path of the HTML file
  title?: string; // default: what is compared
  introduction?: string;
  generatedMs: number;
  appVersion: string;
}

/**
 * Writes the comparisons and the runs behind them as one self-contained HTML file, whole or not at all.
 * @throws AppError 'usage' without comparisons; 'not-found' for an unknown comparison or one whose pictures are gone;
 * 'bad-image' for a picture file that is none; what `writeWhole` throws.
 */
export async function writeReport(request: ReportRequest, readers: ReportReaders): Promise<{ file: string }> {
  const ids = [...new Set(request.comparisons)];
  if (ids.length === 0) throw new AppError('usage', 'Name at least one comparison to report.');
  const comparisons: ReportComparison[] = [];
  for (const id of ids) comparisons.push(await withPictures(await knownComparison(id, readers)));
  const runs = await foundOnce(
    comparisons.map(({ comparison }) => comparison.run),
    (id) => readers.run(id),
  );
  const datasets = await foundOnce(
    runs.map((run) => run.dataset),
    (id) => readers.dataset(id),
  );
  const { out, generatedMs, appVersion, introduction } = request;
  const page = renderReport({
    title: request.title?.trim() || defaultTitle(comparisons),
    ...(introduction !== undefined && { introduction }),
    generatedMs,
    comparisons,
    runs,
    datasets,
    appVersion,
  });
  await writeWhole(out, page);
  return { file: out };
}

async function knownComparison(id: string, readers: ReportReaders): Promise<Comparison> {
  const comparison = await readers.comparison(id);
  if (!comparison)
    throw new AppError('not-found', `There is no comparison ${id} in this workspace. \`comparisons\` lists those there are.`, { comparison: id });
  return comparison;
}

/** Each id asked for once, in order of first mention; those that are gone are left out. */
async function foundOnce<T>(ids: readonly string[], read: (id: string) => Found<T>): Promise<T[]> {
  const found: T[] = [];
  for (const id of new Set(ids)) {
    const item = await read(id);
    if (item) found.push(item);
  }
  return found;
}

async function withPictures(comparison: Comparison): Promise<ReportComparison> {
  const [a, b] = comparison.images;
  return { comparison, images: [await picturesOf(a, comparison), await picturesOf(b, comparison)] };
}

async function picturesOf(image: ComparedImage, { comparison }: Comparison): Promise<ImagePictures> {
  const read = (path: string): Promise<Picture> => readPicture(path, comparison, fileName(image.file));
  return { photo: await read(image.photo), factual: await read(image.factual), counterfactual: await read(image.counterfactual) };
}

async function readPicture(path: string, comparison: string, name: string): Promise<Picture> {
  const details = { comparison, file: path };
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new AppError(
      'not-found',
      `Comparison ${comparison} has lost a picture of ${name} (${path}). Compare the two images again.`,
      details,
      error,
    );
  });
  const mime = pictureType(bytes);
  if (mime === null)
    throw new AppError('bad-image', `Comparison ${comparison} has a broken picture of ${name} (${path}). Compare the two images again.`, details);
  return { bytes, mime };
}

/** By the file's first bytes: a name can lie. */
export function pictureType(bytes: Buffer): PictureType | null {
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
