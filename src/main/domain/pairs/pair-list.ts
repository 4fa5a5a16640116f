import type { ImageRecord, Pair, PairLabel, Split } from '../../../shared/dataset.ts';
import type { PairProblem } from '../../../shared/pair-list.ts';
import { csvRecords } from './csv.ts';

export type ListImage = Pick<ImageRecord, 'id' | 'file' | 'content'>;

export interface PairList {
  pairs: Pair[]; // usable ones, in the order of the file
  problems: PairProblem[];
  labels: string; // how the labels were read, in a sentence
}

export interface ListFolder {
  images: readonly ListImage[]; // included ones
  excluded: ReadonlySet<string>; // files of excluded images
  root: string; // with '/' between folders
}

const SAME = ['same', 'match', 'similar', 'positive', 'genuine'];
const DIFFERENT = ['different', 'mismatch', 'non-match', 'no match', 'dissimilar', 'negative', 'impostor'];

const OPEN_QUOTE = 'a quote is never closed';
const TOO_FEW = 'needs three columns: file A, file B and the label';

/** What a label of 1 means. Unclear: the column's name speaks of same pairs, but not as a plain name such as "same" or "is_match". */
type One = 'same' | 'different' | 'unclear';
const NAMED_SAME = /^((is|are) )?(the )?(same|match|matches|matching|matched|similar|positive|genuine)( (class|group|pair|object|subject|label))?$/;
const NAMED_DIFFERENT = /^((is|are) )?(different|mismatch|non ?match|no match|not same|dissimilar|dissimilarity|negative|impostor)$/;
const SPEAKS_OF_SAME = /same|match|similar|positive|genuine/;

/**
 * Reads pairs from CSV: file A, file B, label. A header, a byte order mark, quotes, and semicolons or tabs in place of commas are fine.
 * Files are relative to the data set's folder, absolute paths below it, or names that only one image has. Rows that can't be used are
 * listed with their line and the reason: too few columns, an unknown or excluded file, the same image twice (also as a copy), an unknown
 * label, a repetition, and both rows of a contradiction. Where no row names two images of the data set, the text may be any file: then problems
 * have no text, and quote nothing but names of images.
 */
export function readPairList(text: string, folder: ListFolder): PairList {
  const records = csvRecords(text);
  const find = memoize(finder(folder));
  const [first] = records;
  const isHeader = first !== undefined && isHeaderRow(first.fields, find);
  const column = isHeader ? (first.fields[2] ?? '').trim() : '';
  const one = meaningOfOne(column);
  const isOfDataset = records.some(({ fields, open }) => !open && fields.length > 1 && unknownName(fields, find) === null);
  const problems: PairProblem[] = [];
  const known = new Map<string, { line: number; text: string; pair: Pair; contradicted: boolean }>(); // by contents
  for (const { line, fields, open } of records.slice(isHeader ? 1 : 0)) {
    const row = fields.join(', ');
    const refuse = (reason: string): void => void problems.push({ line, text: isOfDataset ? row.slice(0, 500) : '', reason });
    const found = !isOfDataset ? reasonWithoutText({ fields, open }, find) : open ? OPEN_QUOTE : pairOf(fields, find, one, column);
    if (typeof found === 'string') {
      refuse(found);
      continue;
    }
    const { a, b, label } = found;
    const key = a.content < b.content ? `${a.content} ${b.content}` : `${b.content} ${a.content}`;
    const earlier = known.get(key);
    if (!earlier) known.set(key, { line, text: row, pair: { a: a.id, b: b.id, label }, contradicted: false });
    else if (earlier.pair.label === label) refuse(`is the pair of line ${earlier.line} again`);
    else {
      refuse(`contradicts line ${earlier.line}, which says ${earlier.pair.label === 0 ? 'same' : 'different'}`);
      if (!earlier.contradicted) problems.push({ line: earlier.line, text: earlier.text.slice(0, 500), reason: `is contradicted by line ${line}` });
      earlier.contradicted = true;
    }
  }
  return {
    pairs: [...known.values()].filter(({ contradicted }) => !contradicted).map(({ pair }) => pair),
    problems: problems.sort((x, y) => x.line - y.line),
    labels: {
      same: `1 is read as same and 0 as different, because the column is called “${column}”.`,
      different: '0 is read as same and 1 as different.',
      unclear: `The column is called ${isOfDataset ? `“${column}”` : 'something else than same or different'}, so it is unclear what 0 and 1 mean: only the words same and different are read.`,
    }[one],
  };
}

/** The first of the two columns that names no image; null if both do. */
function unknownName(fields: readonly string[], find: Finder): 0 | 1 | null {
  return typeof find(fields[0] ?? '') === 'string' ? 0 : typeof find(fields[1] ?? '') === 'string' ? 1 : null;
}

const IMAGE_NAME = /^[^\r\n]{1,200}\.(avif|bmp|gif|heic|jfif|jpe|jpe?g|mpo|pgm|png|ppm|tiff?|webp)$/i;

/** The reason why a row of a file that may be none of pairs can't be used. Quotes nothing but a name of an image. */
function reasonWithoutText({ fields, open }: { fields: readonly string[]; open: boolean }, find: Finder): string {
  if (open) return OPEN_QUOTE;
  if (fields.length < 3) return TOO_FEW;
  const column = unknownName(fields, find) ?? 0;
  const name = fields[column]!.trim();
  return IMAGE_NAME.test(name) ? String(find(name)) : `column ${column + 1} names no image of the data set`;
}

/** The first row names the columns: neither file is known, and the label is none, or the files are words without an ending or a folder. */
function isHeaderRow(fields: readonly string[], find: Finder): boolean {
  const files = fields.slice(0, 2);
  return (
    files.every((name) => typeof find(name) === 'string') && (labelOf(fields[2], 'different') === null || !files.some((name) => /[./\\]/.test(name)))
  );
}

/** From the name of the label's column, '' without a header. */
function meaningOfOne(column: string): One {
  const name = column
    .toLowerCase()
    .replace(/[_\s-]+/g, ' ')
    .replace(/\?$/, '')
    .trim();
  if (NAMED_SAME.test(name)) return 'same';
  return SPEAKS_OF_SAME.test(name) && !NAMED_DIFFERENT.test(name) ? 'unclear' : 'different';
}

type Found = { a: ListImage; b: ListImage; label: PairLabel };

/** The pair of a row, or the reason why it can't be used. */
function pairOf(fields: readonly string[], find: Finder, one: One, column: string): Found | string {
  if (fields.length < 3) return TOO_FEW;
  const [a, b] = [find(fields[0]!), find(fields[1]!)];
  if (typeof a === 'string') return a;
  if (typeof b === 'string') return b;
  if (a.id === b.id) return 'pairs an image with itself';
  if (a.content === b.content) return 'pairs two copies of one image';
  const label = labelOf(fields[2], one);
  if (label === null && one === 'unclear')
    return `has the label “${fields[2]!.trim().slice(0, 50)}” in a column called “${column.slice(0, 50)}”; write same or different, or call the column “same” or “different”`;
  return label === null ? `has the label “${fields[2]!.trim().slice(0, 50)}”; use 0 or same, 1 or different` : { a, b, label };
}

function labelOf(text: string | undefined, one: One): PairLabel | null {
  const word = (text ?? '').trim().toLowerCase();
  if (SAME.includes(word)) return 0;
  if (DIFFERENT.includes(word)) return 1;
  if (one !== 'unclear' && /^[01](\.0+)?$/.test(word)) return (Number(word) === 1) === (one === 'same') ? 0 : 1;
  return null;
}

const memoize = (find: Finder): Finder => {
  const found = new Map<string, ReturnType<Finder>>();
  return (name) => {
    let image = found.get(name);
    if (image === undefined) found.set(name, (image = find(name)));
    return image;
  };
};

/** An image by its name in a row, or the reason why there is none. */
type Finder = (name: string) => ListImage | string;

function finder({ images, excluded, root }: ListFolder): Finder {
  const byFile = new Map(images.map((image) => [image.file, image]));
  const byName = new Map<string, ListImage | null>(); // null: several images have the name
  for (const image of images) {
    const name = image.file.slice(image.file.lastIndexOf('/') + 1);
    byName.set(name, byName.has(name) ? null : image);
  }
  const byNormalForm = new Map(images.map((image) => [image.file.normalize('NFC'), image]));
  return (given) => {
    const plain = given.trim().replaceAll('\\', '/').replace(/^\.\//, '');
    const file = plain.startsWith(`${root}/`) ? plain.slice(root.length + 1) : plain;
    const image = byFile.get(file) ?? byNormalForm.get(file.normalize('NFC')) ?? byName.get(file);
    if (image) return image;
    const quoted = `“${given.trim().slice(0, 200)}”`;
    if (image === null) return `several images are called ${quoted}: write the folder, too`;
    return excluded.has(file) ? `${quoted} is excluded from the data set` : `there is no image ${quoted} in the data set`;
  };
}

/** The listed pairs within a split. Images that are excluded now take their pairs with them. */
export function listedPairs(pairs: readonly Pair[], images: readonly Pick<ImageRecord, 'id' | 'split'>[], split: Split): Pair[] {
  const inSplit = new Set(images.filter((image) => image.split === split).map(({ id }) => id));
  return pairs.filter(({ a, b }) => inSplit.has(a) && inSplit.has(b));
}
