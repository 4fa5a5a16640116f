import { basename, join } from 'node:path';
import type { CuratedImage } from '../../../shared/curation.ts';
import { joinList } from '../../foundation/words.ts';

/** What the run's data set knows of an image file. `row`: the file's own row, else one with the same content, else null. */
export interface ImageOrigin {
  row: CuratedImage | null;
  classes: string[]; // all classes with this content
  excluded: boolean; // all rows with this content are excluded
}

/** `file`: absolute path; `root`: the data set's folder; `sameContent`: the data set's images with the same SHA-256. */
export function originOf(file: string, root: string, sameContent: readonly CuratedImage[]): ImageOrigin {
  const included = sameContent.filter((row) => !row.excluded);
  const row = sameContent.find((one) => join(root, ...one.file.split('/')) === file) ?? included[0] ?? sameContent[0] ?? null;
  return {
    row,
    classes: [...new Set(included.map(({ className }) => className))],
    excluded: sameContent.length > 0 && included.length === 0,
  };
}

/** Sentences on what makes a verdict on these images less reliable. */
export function originWarnings(images: readonly { file: string }[], origins: readonly ImageOrigin[]): string[] {
  const namesOf = (fits: (origin: ImageOrigin) => boolean): string[] => images.filter((_, i) => fits(origins[i]!)).map(({ file }) => basename(file));
  const subject = (names: readonly string[]): string => `${names.join(' and ')} ${names.length > 1 ? 'are' : 'is'}`;
  const warnings: string[] = [];
  const trained = namesOf(({ row, excluded }) => row?.split === 'train' && !excluded);
  if (trained.length)
    warnings.push(`The network was trained with ${trained.join(' and ')}, so this verdict is weaker evidence than one on new images.`);
  const excluded = namesOf((origin) => origin.excluded);
  if (excluded.length)
    warnings.push(
      `${subject(excluded)} excluded from the data set; a network trained before that may have seen ${excluded.length > 1 ? 'them' : 'it'}.`,
    );
  const outside = namesOf(({ row }) => row === null);
  if (outside.length)
    warnings.push(`${subject(outside)} not in the data set: the similarity is only valid for images like those that the network was evaluated on.`);
  images.forEach(({ file }, i) => {
    const { classes } = origins[i]!;
    if (classes.length < 2) return;
    const under = classes.length === 2 ? `both ${classes.join(' and ')}` : joinList(classes);
    warnings.push(`${basename(file)} is filed under ${under}, so the right answer is unclear.`);
  });
  return warnings;
}
