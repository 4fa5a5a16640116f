import { join } from 'node:path';
import type { RejectedFile, Split } from '../../../shared/dataset.ts';
import { SPLITS } from '../../../shared/dataset.ts';
import { countText } from '../../../shared/format.ts';
import { joinList, quote } from '../../foundation/words.ts';
import type { ListedFile, Listing } from './scan.ts';

/** Names of folders that hold a split, in any case. */
const SPLIT_FOLDERS: Readonly<Record<string, Split>> = {
  train: 'train',
  training: 'train',
  val: 'valid',
  valid: 'valid',
  validation: 'valid',
  test: 'test',
  testing: 'test',
};
const splitNamed = (folder: string | undefined): Split | undefined =>
  folder !== undefined && Object.hasOwn(SPLIT_FOLDERS, folder.toLowerCase()) ? SPLIT_FOLDERS[folder.toLowerCase()] : undefined;

/** What the folders of a listing mean. */
export interface Layout {
  files: ListedFile[];
  rejected: RejectedFile[]; // of the listing, and files of split folders that are in no class folder
  classFolders: string[]; // of the listing; none where the split's folders are above the classes
  /** Paths for group patterns: without the split's folder. In the order of `files`. */
  groupPaths: string[];
  /** Folders that are a split; null without. */
  split: { folders: string[]; of: Split[] } | null; // `of`: by file
  notes: string[]; // what a person must know of the layout, in sentences
}

/** Recognises `train/Rose/1.png` and `Rose/train/1.png`: all images below folders named like splits, training among them. */
export function layoutOf({ files, rejected, classFolders }: Listing): Layout {
  const parts = files.map(({ file }) => file.split('/'));
  const level = [0, 1].find((at) => isSplitLevel(parts, at));
  if (level === undefined) {
    const notes = [...partialSplitNotes(parts), ...nestedNotes(parts)];
    return { files, rejected, classFolders, groupPaths: files.map(({ file }) => file), split: null, notes };
  }
  const inClass = files.filter((_, i) => parts[i]!.length > 2);
  const loose = files.filter((_, i) => parts[i]!.length <= 2).map(({ file }) => ({ file, reason: 'not inside a class folder' }));
  const names = inClass.map(({ file }) => file.split('/'));
  const order = (folder: string): number => SPLITS.indexOf(splitNamed(folder)!);
  const folders = [...new Set(names.map((name) => name[level]!))].sort((x, y) => order(x) - order(y));
  const below = names.map((name) => name.toSpliced(level, 1));
  return {
    files: inClass.map(({ file }, i) => ({ file, className: below[i]![0]! })),
    rejected: [...rejected, ...loose],
    classFolders: [],
    groupPaths: below.map((name) => name.join('/')),
    split: { folders, of: names.map((name) => splitNamed(name[level])!) },
    notes: nestedNotes(below),
  };
}

function isSplitLevel(files: readonly string[][], level: number): boolean {
  const inClass = files.filter(({ length }) => length > 2);
  if (2 * inClass.length <= files.length || (level === 1 && inClass.length < files.length)) return false;
  const splits = new Set(files.map((parts) => splitNamed(parts[level])));
  return splits.size > 1 && splits.has('train') && !splits.has(undefined);
}

/** The sentences about a split by folders. */
export function splitNotes({ folders, of }: NonNullable<Layout['split']>): string[] {
  const found = new Set(of);
  const notes = [`The folders ${joinList(folders.map(quote), 8)} are used as the split; the folders in them are the classes.`];
  if (!found.has('valid')) notes.push('There is no validation folder: 15 % of the training images select the epoch and the threshold.');
  if (!found.has('test')) notes.push('There is no test folder, so a network can’t be evaluated on test images. A new split of all images has some.');
  return notes;
}

function partialSplitNotes(files: readonly string[][]): string[] {
  const named = [...new Set(files.map(([top]) => top!))].filter((top) => splitNamed(top) !== undefined);
  if (named.length === 0) return [];
  const which = joinList(named.map(quote), 8);
  return [
    `Named like a split, but imported as ${named.length === 1 ? 'a class' : 'classes'}: ${which}. Folders are a split only if all images are in class folders below (or directly above) them, and one is for training.`,
  ];
}

const MIN_NESTED = 0.8; // of the images

/** class/subject/image and dataset/class/image look alike, so both are named. */
function nestedNotes(files: readonly string[][]): string[] {
  const folders = new Map<string, Set<string>>();
  let nested = 0;
  for (const [top, second, ...rest] of files) {
    if (rest.length === 0) continue;
    nested++;
    folders.set(top!, (folders.get(top!) ?? new Set()).add(second!));
  }
  const several = [...folders].filter(([, inside]) => inside.size > 1);
  if (several.length < 2 || nested < MIN_NESTED * files.length) return [];
  const counts = several.map(([top, inside]) => `${quote(top)} ${countText(inside.size)}`);
  return [
    `The class folders contain folders (${joinList(counts, 3)}). If each shows one subject, group the images by these folders. If ${quote(several[0]![0])} is a separate data set, import it alone.`,
  ];
}

/** The folder below a chain of folders that hold only one folder each, such as an archive unpacked into itself; null without one. */
export function innerFolder({ root, files }: Pick<Listing, 'root' | 'files'>): { folder: string; inside: number } | null {
  const parts = files.map(({ file }) => file.split('/').slice(0, -1));
  let depth = 0;
  while (parts.length > 0 && parts.every((folders) => folders.length > depth + 1 && folders[depth] === parts[0]![depth])) depth++;
  const inside = new Set(parts.map((folders) => folders[depth])).size;
  return depth === 0 || inside < 2 ? null : { folder: join(root, ...parts[0]!.slice(0, depth)), inside };
}

export const filesPerSplit = (of: readonly Split[]): Record<Split, number> =>
  Object.fromEntries(SPLITS.map((split) => [split, of.filter((other) => other === split).length])) as Record<Split, number>;
