import { AppError } from '../../../shared/errors.ts';
import type { CuratedImage } from '../../../shared/curation.ts';
import type { TablePlan } from '../../../shared/tables.ts';
import { withoutCsvApostrophe } from '../../foundation/csv.ts';
import { quote } from '../../foundation/words.ts';
import { readRows } from './read-rows.ts';

const MAX_UNKNOWN = 20; // listed
const MAX_NAME = 200; // characters of a class or tag, as in CurationEdit

/** Names of columns, in lower case, that mean the same. */
const KEYS = {
  sha256: ['sha256', 'sha-256', 'hash'],
  file: ['file', 'filepath', 'file_path', 'filename', 'file_name', 'path', 'image'],
  class: ['class', 'label', 'class_name', 'classname', 'ground_truth'],
  tags: ['tags', 'tag'],
} as const;

/** Edits that make a data set agree with a table. */
export interface LabelEdits {
  plan: TablePlan;
  relabel: Map<string, number[]>; // image ids by their new class
  tag: Map<string, number[]>; // image ids by the tag that they get
}

/**
 * Reads classes and tags of images from a CSV or Parquet file. A row is matched by its file: the path relative to the data set's folder, the
 * absolute path, or the name alone if only one image has it; without such a column, or where no image has the file, by the SHA-256 of the image's
 * bytes. An empty class or no tags change nothing; tags are added, never removed. Throws AppError 'not-found' for a file that can't be read, 'bad-request' for a
 * table without a usable column or with two classes for an image.
 */
export async function readLabels(file: string, images: readonly CuratedImage[], root: string): Promise<LabelEdits> {
  const { names, parts } = await readRows(file);
  const columns = columnsOf(names);
  const collected = new Collected(columns, byFile(images, root), byContent(images));
  let rows = 0;
  for await (const part of parts) {
    rows += part.length;
    for (const row of part) collected.add(row);
  }
  return collected.edits(images, rows);
}

/** Positions of the columns that are used; -1: missing. */
type Columns = Record<keyof typeof KEYS, number>;

/** Throws AppError 'bad-request' for a table without a usable column. */
function columnsOf(names: readonly string[]): Columns {
  const columnOf = (kind: keyof typeof KEYS): number => names.findIndex((name) => (KEYS[kind] as readonly string[]).includes(name));
  const columns = { sha256: columnOf('sha256'), file: columnOf('file'), class: columnOf('class'), tags: columnOf('tags') };
  const has = `it has ${names.map(quote).join(', ')}.`;
  if (columns.file < 0 && columns.sha256 < 0)
    throw new AppError('bad-request', `The table has no column that names images. It needs one called file or sha256; ${has}`, { names });
  if (columns.class < 0 && columns.tags < 0)
    throw new AppError('bad-request', `The table has neither a column class (or label) nor a column tags; ${has}`, { names });
  return columns;
}

/** What the rows of a table say of the images. */
class Collected {
  private readonly columns: Columns;
  private readonly findFile: Find;
  private readonly findContent: Find;
  private readonly unknown = new Set<string>();
  private unknownRows = 0;
  private readonly matched = new Set<number>();
  private readonly newClass = new Map<number, string>();
  private readonly newTags = new Map<string, Set<number>>();

  constructor(columns: Columns, findFile: Find, findContent: Find) {
    this.columns = columns;
    this.findFile = findFile;
    this.findContent = findContent;
  }

  add(row: readonly unknown[]): void {
    const { file, sha256, class: className, tags } = this.columns;
    const key = textOf(row[file >= 0 ? file : sha256]);
    const own = file < 0 ? [] : this.findFile(key);
    const found = own.length > 0 || sha256 < 0 ? own : this.findContent(textOf(row[sha256]));
    if (found.length === 0) {
      this.unknownRows++;
      if (this.unknown.size < MAX_UNKNOWN) this.unknown.add(key);
    }
    for (const image of found) {
      this.matched.add(image.id);
      if (className >= 0) this.setClass(image, textOf(row[className]), key);
      for (const tag of tags < 0 ? [] : tagsOf(row[tags], image)) {
        if (image.tags.includes(nameOf(tag, 'tag', key))) continue;
        const ids = this.newTags.get(tag) ?? new Set();
        this.newTags.set(tag, ids.add(image.id));
      }
    }
  }

  edits(images: readonly CuratedImage[], rows: number): LabelEdits {
    const relabel = new Map<string, number[]>();
    for (const image of images) {
      const name = this.newClass.get(image.id);
      if (name === undefined || name === image.className) continue;
      const ids = relabel.get(name);
      if (ids) ids.push(image.id);
      else relabel.set(name, [image.id]);
    }
    const tag = new Map([...this.newTags].map(([name, ids]) => [name, [...ids].sort((a, b) => a - b)]));
    return {
      relabel,
      tag,
      plan: {
        rows,
        key: this.columns.file >= 0 ? 'file' : 'sha256',
        images: this.matched.size,
        unknown: [...this.unknown],
        unknownRows: this.unknownRows,
        classes: [...relabel].map(([name, ids]) => ({ className: name, images: ids.length })),
        tags: [...tag].map(([name, ids]) => ({ tag: name, images: ids.length })),
      },
    };
  }

  private setClass(image: CuratedImage, written: string, key: string): void {
    // A name that the import would change, such as one with a space at its end, is still the one that the image has.
    const isSame = [written, withoutCsvApostrophe(written)].includes(image.className);
    const name = isSame ? image.className : nameOf(withoutCsvApostrophe(written), 'class', key);
    if (name === '') return;
    const other = this.newClass.get(image.id);
    if (other !== undefined && other !== name)
      throw new AppError(
        'bad-request',
        `The table has two classes for ${quote(image.file)}: ${quote(other)} and ${quote(name)}. Nothing was changed.`,
        {
          file: image.file,
        },
      );
    this.newClass.set(image.id, name);
  }
}

type Find = (key: string) => readonly CuratedImage[];

function byContent(images: readonly CuratedImage[]): Find {
  const found = Map.groupBy(images, ({ sha256 }) => sha256);
  return (key) => found.get(key.trim().toLowerCase()) ?? [];
}

function byFile(images: readonly CuratedImage[], root: string): Find {
  const paths = new Map(images.map((image) => [image.file, [image]]));
  const names = Map.groupBy(images, ({ file }) => file.slice(file.lastIndexOf('/') + 1));
  const folder = root.replaceAll('\\', '/');
  const lookUp = (key: string): readonly CuratedImage[] => {
    const path = key.replaceAll('\\', '/').replace(/^\.\//, '');
    const relative = path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path;
    const own = paths.get(relative);
    if (own) return own;
    const named = relative.includes('/') ? undefined : names.get(relative);
    return named?.length === 1 ? named : [];
  };
  return (key) => {
    const found = lookUp(key);
    return found.length === 0 && key.startsWith("'") ? lookUp(key.slice(1)) : found; // an apostrophe that the CSV export puts before =, +, - and @
  };
}

const textOf = (cell: unknown): string =>
  typeof cell === 'string' ? cell : typeof cell === 'bigint' || (typeof cell === 'number' && !Number.isNaN(cell)) ? String(cell) : ''; // NaN: missing

function nameOf(text: string, what: 'class' | 'tag', key: string): string {
  const name = text.trim();
  if (name.length > MAX_NAME)
    throw new AppError('bad-request', `The ${what} of ${quote(key)} has more than ${MAX_NAME} characters. Nothing was changed.`, { key });
  return name;
}

/** A list, or texts separated by semicolons. */
function tagsOf(cell: unknown, image: CuratedImage): string[] {
  const all = Array.isArray(cell) ? cell.map(textOf) : tagsOfText(textOf(cell), image);
  return [...new Set(all.map((tag) => tag.trim()).filter((tag) => tag !== ''))];
}

/** None if the text is how the tags of the image are written: a tag may have a semicolon itself. */
function tagsOfText(written: string, { tags }: CuratedImage): string[] {
  const text = withoutCsvApostrophe(written);
  return [written, text].includes(tags.join('; ')) ? [] : text.split(';');
}
