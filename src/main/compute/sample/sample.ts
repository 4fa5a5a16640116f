import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { randomFor } from '../../../shared/random.ts';
import { DECODERS, svgToPng } from '../images/images.ts';
import { mapParallel, type ParallelOptions } from '../async/parallel.ts';
import { drawTile, SAMPLE_CLASSES, SAMPLE_SIZE, type Box, type SampleClass } from './sample-drawing.ts';

export { SAMPLE_CLASSES, SAMPLE_SIZE, type Box, type SampleClass };

/**
 * The generated sample data set. It needs no download, and only a known box decides each image's class, so explanations can be
 * checked against the truth.
 */
export interface SampleImage {
  file: string; // <class>/<class>-01.png, relative to the images folder
  className: SampleClass;
  svg: string; // SAMPLE_SIZE x SAMPLE_SIZE px
  box: Box; // px, the motif's position
}

/** With fewer images the network memorises the clutter; twice the images help more than twice the epochs. */
export const SAMPLE_PER_CLASS = 200;

/** All pictures, sorted by file. Pure: the same seed gives the same strings; fewer of a class are the first of many. */
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

export interface WrittenSample {
  images: string; // the class-folder data set
  truth: string; // truth.json: { file: box }
  drawn: number; // pictures drawn now; 0 when everything was there
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
 * Draws `<folder>/images/<class>/….png` and, last of all, `<folder>/truth.json`, which therefore marks a complete set: with
 * it and all pictures there nothing is done. Throws AppError 'cancelled', or what the file system says.
 */
export async function writeSample(
  folder: string,
  { seed, perClass, ...options }: ParallelOptions & { seed: number; perClass?: number },
): Promise<WrittenSample> {
  const images = path.join(folder, 'images');
  const truth = path.join(folder, 'truth.json');
  const sample = sampleImages(seed, perClass);
  const text = `${JSON.stringify(Object.fromEntries(sample.map((s) => [s.file, s.box])), null, 1)}\n`;
  const fileOf = (s: SampleImage): string => path.join(images, ...s.file.split('/'));
  if ((await textOf(truth)) === text && (await allExist(sample.map(fileOf)))) return { images, truth, drawn: 0 };
  for (const className of SAMPLE_CLASSES) await mkdir(path.join(images, className), { recursive: true });
  await mapParallel(sample, DECODERS, async (s) => writeFile(fileOf(s), await svgToPng(s.svg)), options);
  await writeFile(truth, text);
  return { images, truth, drawn: sample.length };
}
