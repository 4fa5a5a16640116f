import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { randomFor } from '../../../shared/random.ts';
import { makeFolders } from '../../foundation/files.ts';
import { DECODERS, svgToPng } from '../images/images.ts';
import { mapParallel, type ParallelOptions } from '../async/parallel.ts';
import { drawTile, SAMPLE_CLASSES, SAMPLE_SIZE, type Box, type SampleClass } from './sample-drawing.ts';

export { SAMPLE_CLASSES, SAMPLE_SIZE, type Box, type SampleClass };

/**
 * An image of the generated sample data set, which needs no download. Only the content of a known box depends on the class, so
 * explanations can be checked against ground truth.
 */
export interface SampleImage {
  file: string; // <class>/<class>-01.png, relative to the images folder
  className: SampleClass;
  svg: string; // SAMPLE_SIZE x SAMPLE_SIZE px
  box: Box; // px, bounding box of the motif
}

/** With fewer images the network memorises the clutter; twice the images help more than twice the epochs. */
export const SAMPLE_PER_CLASS = 200;

/** All images, sorted by file. Deterministic: equal seeds give equal SVGs, and a smaller `perClass` gives the first images of each class. */
export function sampleImages(seed: number, perClass = SAMPLE_PER_CLASS): SampleImage[] {
  return SAMPLE_CLASSES.flatMap((className) =>
    Array.from({ length: perClass }, (_, i) => {
      const file = `${className}/${className}-${String(i + 1).padStart(3, '0')}.png`;
      const { svg, box } = drawTile(className, randomFor(seed, 'sample', className, i));
      return { file, className, svg, box: { x: round(box.x), y: round(box.y), w: round(box.w), h: round(box.h) } };
    }),
  );
}

const round = (x: number): number => Math.round(x * 100) / 100;

/** The sample data set on disk. */
export interface SampleFolder {
  images: string; // folder of the data set, with a folder per class
  truth: string; // truth.json: { file: box }
  created: number; // images written by this call, those that were missing
}

async function textOf(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return null;
  }
}

async function isWritten(file: string): Promise<boolean> {
  try {
    const found = await stat(file);
    return found.isFile() && found.size > 0;
  } catch {
    return false;
  }
}

/**
 * Writes `<folder>/images/<class>/….png`, then `<folder>/truth.json`, which therefore marks a complete data set. Where it
 * exists, only missing or empty images are drawn. Throws AppError 'cancelled' or the file system's error.
 */
export async function writeSample(
  folder: string,
  { seed, perClass, ...options }: ParallelOptions & { seed: number; perClass?: number },
): Promise<SampleFolder> {
  const images = path.join(folder, 'images');
  const truth = path.join(folder, 'truth.json');
  const sample = sampleImages(seed, perClass);
  const text = `${JSON.stringify(Object.fromEntries(sample.map((s) => [s.file, s.box])), null, 1)}\n`;
  const fileOf = (s: SampleImage): string => path.join(images, ...s.file.split('/'));
  const isComplete = (await textOf(truth)) === text;
  const written = await mapParallel(sample, 16, async (s) => isComplete && (await isWritten(fileOf(s))));
  const missing = sample.filter((_, i) => !written[i]);
  if (missing.length === 0) return { images, truth, created: 0 };
  if (!isComplete) await rm(truth, { force: true }); // of another seed: it would mark a mixture as complete
  for (const className of SAMPLE_CLASSES) makeFolders(path.join(images, className));
  await mapParallel(missing, DECODERS, async (s) => writeFile(fileOf(s), await svgToPng(s.svg)), options);
  if (!isComplete) await writeFile(truth, text);
  return { images, truth, created: missing.length };
}
