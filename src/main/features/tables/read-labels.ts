import { asyncBufferFromBuffer, readParquetRows } from './read-parquet.ts';
import { AppError } from '../../../shared/errors.ts';
import type { CuratedImage } from '../../../shared/curation.ts';
import type { TablePlan } from '../../../shared/tables.ts';
import { csvRecords } from '../../domain/pairs/csv.ts';
import { withoutCsvApostrophe } from '../../foundation/csv.ts';
import { decodeText, readTableFile } from '../../foundation/text-file.ts';
import { quote } from '../../foundation/words.ts';

const TABLE_FILE = { what: 'table', suffixes: ['.csv', '.tsv', '.txt', '.parquet'] };
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
  const { names, rows } = await readTable(file);
  const columnOf = (kind: keyof typeof KEYS): number => names.findIndex((name) => (KEYS[kind] as readonly string[]).includes(name));
  const [sha256, path, className, tags] = [columnOf('sha256'), columnOf('file'), columnOf('class'), columnOf('tags')];
  const keyAt = path >= 0 ? path : sha256;
  if (keyAt < 0)
    throw new AppError(
      'bad-request',
      `The table has no column that names images. It needs one called file or sha256; it has ${names.map(quote).join(', ')}.`,
      { names },
    );
  if (className < 0 && tags < 0)
    throw new AppError('bad-request', `The table has neither a column class (or label) nor a column tags; it has ${names.map(quote).join(', ')}.`, {
      names,
    });
  const [findFile, findContent] = [byFile(images, root), byContent(images)];
  const unknown = new Set<string>();
  let unknownRows = 0;
  const matched = new Set<number>();
  const newClass = new Map<number, string>();
  const newTags = new Map<string, Set<number>>();
  for (const row of rows) {
    const key = textOf(row[keyAt]);
    const own = path < 0 ? [] : findFile(key);
    const found = own.length > 0 || sha256 < 0 ? own : findContent(textOf(row[sha256]));
    if (found.length === 0) {
      unknownRows++;
      if (unknown.size < MAX_UNKNOWN) unknown.add(key);
      continue;
    }
    const written = className < 0 ? '' : textOf(row[className]);
    for (const image of found) {
      matched.add(image.id);
      // A name that the import would change, such as one with a space at its end, is still the one that the image has.
      const isSame = [written, withoutCsvApostrophe(written)].includes(image.className);
      const name = isSame ? image.className : nameOf(withoutCsvApostrophe(written), 'class', key);
      if (name !== '') {
        const other = newClass.get(image.id);
        if (other !== undefined && other !== name)
          throw new AppError(
            'bad-request',
            `The table has two classes for ${quote(image.file)}: ${quote(other)} and ${quote(name)}. Nothing was changed.`,
            { file: image.file },
          );
        newClass.set(image.id, name);
      }
      for (const tag of tags < 0 ? [] : tagsOf(row[tags], image)) {
        if (image.tags.includes(nameOf(tag, 'tag', key))) continue;
        const ids = newTags.get(tag) ?? new Set();
        newTags.set(tag, ids.add(image.id));
      }
    }
  }
  const relabel = new Map<string, number[]>();
  for (const image of images) {
    const name = newClass.get(image.id);
    if (name === undefined || name === image.className) continue;
    const ids = relabel.get(name);
    if (ids) ids.push(image.id);
    else relabel.set(name, [image.id]);
  }
  const tag = new Map([...newTags].map(([name, ids]) => [name, [...ids].sort((a, b) => a - b)]));
  return {
    relabel,
    tag,
    plan: {
      rows: rows.length,
      key: path >= 0 ? 'file' : 'sha256',
      images: matched.size,
      unknown: [...unknown],
      unknownRows,
      classes: [...relabel].map(([name, ids]) => ({ className: name, images: ids.length })),
      tags: [...tag].map(([name, ids]) => ({ tag: name, images: ids.length })),
    },
  };
}

async function readTable(file: string): Promise<{ names: string[]; rows: unknown[][] }> {
  const bytes = readTableFile(file, TABLE_FILE);
  if (/\.parquet$/i.test(file)) return readParquetRows(asyncBufferFromBuffer(bytes), file);
  const [header, ...records] = csvRecords(decodeText(bytes, file));
  if (!header) throw new AppError('bad-request', `The table ${quote(file)} is empty.`, { file });
  const open = records.find((record) => record.open);
  if (open) throw new AppError('bad-request', `The table has a quote in line ${open.line} that is never closed.`, { line: open.line });
  return { names: header.fields.map((name) => name.trim().toLowerCase()), rows: records.map(({ fields }) => fields) };
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
