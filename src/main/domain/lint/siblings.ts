import type { ImageRecord, Split } from '../../../shared/dataset.ts';

/** Images of one subject that are in several splits: the network may have seen a test image's subject in training. */
export interface DividedSiblings<T = unknown> {
  kind: 'groups' | 'copies' | 'names';
  count: number; // groups, contents or sets of names that are divided
  test: number; // test images among them
  images: T[]; // of all that are divided, those of one subject together
  example: { file: string; split: Split }[]; // of one of them, from two splits, test first
}

/** What a copy's name ends with: "IMG-7 (2)", "rose_copy". */
const COPY = /(?:\s*\(\d{1,3}\)|[\s_.-]+(?:copy|crop))$/i;
/** A number, letter or side after a separator at the end of a name: "scan12_left", "rose_01b". */
const PART = /[\s_.-]+(?:\d{1,3}[a-z]?|[a-z]|left|right|front|back|top|bottom|side)$/i;

const MAX_SIBLINGS = 8; // with one name; more are numbers of a whole class
const MIN_NAMES = 3; // different names in a class; fewer are its own numbering

/**
 * Divided groups, copies and near names, in this order. Names count only without groups, which say it better: names in a folder that differ
 * in a last part only, where 2 to 8 files have one and the folder has at least three such names.
 */
export function dividedSiblings<T extends Image>(images: readonly T[]): DividedSiblings<T>[] {
  const hasGroups = images.some(({ group }) => group !== null);
  return [
    divided('groups', images, ({ group }) => group),
    divided('copies', images, ({ content }) => content),
    hasGroups ? null : divided('names', images, nearNames(images)),
  ].filter((found) => found !== null);
}

type Image = Pick<ImageRecord, 'file' | 'group' | 'content' | 'split'>;

function divided<T extends Image>(
  kind: DividedSiblings['kind'],
  images: readonly T[],
  keyOf: (image: T) => string | null,
): DividedSiblings<T> | null {
  const byKey = Map.groupBy(images, keyOf);
  byKey.delete(null);
  const across = [...byKey.values()].filter((own) => own.some(({ split }) => split !== own[0]!.split));
  if (across.length === 0) return null;
  const first = across.find((own) => own.some(({ split }) => split === 'test')) ?? across[0]!;
  const one = first.find(({ split }) => split === 'test') ?? first[0]!;
  const other = first.find(({ split }) => split === 'train' && split !== one.split) ?? first.find(({ split }) => split !== one.split)!;
  return {
    kind,
    count: across.length,
    images: across.flat(),
    test: across.flat().filter(({ split }) => split === 'test').length,
    example: [one, other].map(({ file, split }) => ({ file, split })),
  };
}

/** The name without its last part, where that is a name of a few files; else null. */
function nearNames(images: readonly Image[]): (image: Image) => string | null {
  const withoutCopy = countNames(images, (file) => cut(stemOf(file), COPY));
  const withoutPart = countNames(images, (file) => cut(cut(stemOf(file), COPY), PART));
  return ({ file }) => withoutCopy(file) ?? withoutPart(file);
}

/** A function that gives a file's name where 2 to MAX_SIBLINGS files have it and its folder has enough different names. */
function countNames(images: readonly Image[], nameOf: (file: string) => string): (file: string) => string | null {
  const counts = new Map<string, number>();
  const folders = new Map<string, number>(); // folder -> different names
  for (const { file } of images) {
    const name = nameOf(file);
    const known = counts.get(name) ?? 0;
    counts.set(name, known + 1);
    if (known === 0) folders.set(folderOf(file), (folders.get(folderOf(file)) ?? 0) + 1);
  }
  return (file) => {
    const name = nameOf(file);
    const count = counts.get(name)!;
    return count >= 2 && count <= MAX_SIBLINGS && folders.get(folderOf(file))! >= MIN_NAMES ? name : null;
  };
}

const folderOf = (file: string): string => file.slice(0, file.lastIndexOf('/') + 1);
const stemOf = (file: string): string => file.replace(/\.[^./]+$/, '').toLowerCase();

/** `stem` without its end, unless nothing but the folder is left. */
function cut(stem: string, end: RegExp): string {
  const short = stem.replace(end, '');
  return short.length > folderOf(stem).length ? short : stem;
}
