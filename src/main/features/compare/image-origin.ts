import { join } from 'node:path';
import type { ComparedImage, Comparison } from '../../../shared/comparison.ts';
import type { CuratedImage } from '../../../shared/curation.ts';
import type { Split } from '../../../shared/dataset.ts';
import { AppError } from '../../../shared/errors.ts';
import { fileNames } from '../../../shared/format.ts';
import { findingText } from '../../../shared/lint.ts';
import type { RunRecord } from '../../../shared/run.ts';
import { meaningOf, type SameMeaning } from '../../../shared/same-meaning.ts';
import { lintRun } from '../../domain/lint/run.ts';
import type { ComparePorts } from './ports.ts';

export type OriginPorts = Pick<ComparePorts, 'runs' | 'datasets' | 'images' | 'listedLabels'>;

/** What the run's data set knows of an image file. `row`: the file's own row, else one with the same content, else null. */
interface ImageOrigin {
  row: CuratedImage | null;
  included: CuratedImage[]; // with this content
  excluded: boolean; // all rows with this content are excluded
}

/** `file`: absolute path; `root`: the data set's folder; `sameContent`: the data set's images with the same bytes or pixels. */
function originOf(file: string, root: string, sameContent: readonly CuratedImage[]): ImageOrigin {
  const included = sameContent.filter((row) => !row.excluded);
  const own = (rows: readonly CuratedImage[]): CuratedImage | undefined => rows.find((row) => join(root, ...row.file.split('/')) === file);
  const row = own(included) ?? included[0] ?? own(sameContent) ?? sameContent[0] ?? null;
  return { row, included, excluded: sameContent.length > 0 && included.length === 0 };
}

/** null outside the data set. What an excluded image was used for is not known: it may have been excluded before or after training. */
const splitOf = ({ row, excluded }: ImageOrigin): Split | null => (row && !excluded ? row.split : null);

/** Sentences on what makes a verdict on these images less reliable. Those on the truth of a pair are in src/shared/pair-truth.ts. */
function originWarnings([a, b]: Comparison['images'], origins: readonly ImageOrigin[]): string[] {
  const names = fileNames(a.file, b.file);
  const namesOf = (fits: (origin: ImageOrigin) => boolean): string[] => [...new Set(names.filter((_, i) => fits(origins[i]!)))];
  const warnings: string[] = [];
  const trained = namesOf((origin) => splitOf(origin) === 'train');
  if (trained.length)
    warnings.push(`The network was trained with ${trained.join(' and ')}, so this verdict is weaker evidence than one on new images.`);
  const excluded = namesOf((origin) => origin.excluded);
  if (excluded.length)
    warnings.push(
      `${excluded.join(' and ')} ${excluded.length > 1 ? 'are' : 'is'} excluded from the data set; a network trained before that may have seen ${excluded.length > 1 ? 'them' : 'it'}.`,
    );
  return warnings;
}

/**
 * Gives comparisons of a run the classes and warnings of its data set as it is now: whether a verdict is right changes with every
 * edit. `rows` may be new or stored ones.
 */
export function withOrigins<C extends Comparison>(ports: OriginPorts, run: RunRecord, rows: readonly C[]): C[] {
  const { root } = ports.datasets.header(run.dataset);
  const sha256 = [...new Set(rows.flatMap(({ images }) => images.map((image) => image.sha256)))];
  const found = ports.images.withContent(run.dataset, sha256);
  const contentOf = new Map(found.map((image) => [image.sha256, image.content]));
  const byContent = Map.groupBy(found, ({ content }) => content);
  const findings = lintRun(run).map(findingText);
  const meaning = meaningOf(run.config);
  const labels = meaning.same === 'pairs' ? ports.listedLabels(run) : null;
  const meaningAt = (ofA: ImageOrigin, ofB: ImageOrigin): SameMeaning => {
    if (!labels) return meaning;
    const pairs = ofA.included.flatMap(({ id: a }) => ofB.included.map(({ id: b }) => [Math.min(a, b), Math.max(a, b)] as const));
    return { ...meaning, listed: pairs.map(([low, high]) => labels.get(low)?.get(high)).find((label) => label !== undefined) ?? null };
  };
  return rows.map((row) => {
    const origins = row.images.map((image) => originOf(image.file, root, byContent.get(contentOf.get(image.sha256) ?? '') ?? []));
    const imageAt = (i: 0 | 1): ComparedImage => {
      const { row: own, included } = origins[i]!;
      const filed = included.map(({ id, file, className, group }) => ({ id, file, className, group }));
      return { ...row.images[i], className: own?.className ?? null, split: splitOf(origins[i]!), filed };
    };
    return {
      ...row,
      meaning: meaningAt(origins[0]!, origins[1]!),
      images: [imageAt(0), imageAt(1)],
      warnings: [...findings, ...originWarnings(row.images, origins)],
    };
  });
}

/** As withOrigins, for stored comparisons of any runs. Those of a deleted run stay as they were stored. */
export function withCurrentOrigins<C extends Comparison>(ports: OriginPorts, rows: readonly C[]): C[] {
  const refreshed = new Map<string, C>();
  for (const [id, ofRun] of Map.groupBy(rows, ({ run }) => run)) {
    const run = findRun(ports, id);
    if (run) for (const row of withOrigins(ports, run, ofRun)) refreshed.set(row.comparison, row);
  }
  return rows.map((row) => refreshed.get(row.comparison) ?? row);
}

function findRun({ runs }: OriginPorts, id: string): RunRecord | null {
  try {
    return runs.get(id);
  } catch (error) {
    if (error instanceof AppError && error.code === 'not-found') return null;
    throw error;
  }
}
