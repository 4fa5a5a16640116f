import { relative, sep } from 'node:path';
import { resolveUserPath } from './options.ts';

/** The image of a data set that a path names: as typed relative to the data set's folder `root`, or as a path on this computer. */
export function imageNamed<Image extends { file: string }>(typed: string, root: string, images: Iterable<Image>): Image | undefined {
  const names = [relative(root, resolveUserPath(typed)).split(sep).join('/'), typed.replaceAll('\\', '/')];
  return [...images].find(({ file }) => names.includes(file));
}
