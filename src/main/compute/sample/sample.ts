import { readFile, stat, writeFile } from 'node:fs/promises';
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
  created: number; // images written by this call; 0 if all existed
}

async function textOf(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return null;
  }
}

async function allExist(files: readonly string[]): Promise<boolean> {
  try {
    const found = await mapParallel(files, 16, (file) => stat(file));
    return found.every((f) => f.isFile() && f.size > 0);
  } catch {
    return false;
  }
}

/**
 * Writes `<folder>/images/<class>/….png`, then `<folder>/truth.json`, which therefore marks a complete data set. Does nothing if
 * it and all images exist. Throws AppError 'cancelled' or the file system's error.
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
  if ((await textOf(truth)) === text && (await allExist(sample.map(fileOf)))) return { images, truth, created: 0 };
  for (const className of SAMPLE_CLASSES) makeFolders(path.join(images, className));
  await mapParallel(sample, DECODERS, async (s) => writeFile(fileOf(s), await svgToPng(s.svg)), options);
  await writeFile(truth, text);
  return { images, truth, created: sample.length };
}
