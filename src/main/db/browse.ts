import type { ClassCount, CuratedImage, DatasetCounts, FoundImages, ImageQuery } from '../../shared/curation.ts';
import type { ImageSort, ImageRecord, Split } from '../../shared/dataset.ts';
import { AppError } from '../../shared/errors.ts';
import { byNaturalOrder } from '../../shared/natural-order.ts';
import type { FindDataset } from './datasets.ts';
import { imageRecord, type ImageRow, CURRENT_EDITS } from './image-row.ts';
import { fromJson } from './json.ts';
import type { Db } from './open.ts';

/** Searches and counts curated images. */
export interface BrowseStore {
  /** Ids of matching images in the requested order, ties by id. If sorted by class, also the number of images per class. */
  find(query: ImageQuery): FoundImages;
  /** Images in the order of `ids`. Throws AppError 'not-found' for an unknown id. */
  rows(dataset: string, ids: readonly number[]): CuratedImage[];
  /** All images including excluded ones, by id. */
  all(dataset: string): CuratedImage[];
  /** Images with one of these SHA-256 hashes, and copies with the same pixels, sorted by id. */
  withContent(dataset: string, sha256: readonly string[]): CuratedImage[];
  /** Ids of the images of a group, ascending. */
  ofGroup(dataset: string, group: string): number[];
  /** Ids of the images that have a copy with the same pixels, excluded ones included. The copies of an image follow each other. */
  copies(dataset: string): number[];
  /** Images that are not excluded, with their current classes, by id. */
  included(dataset: string): ImageRecord[];
  /** The included images and `edits`, read in one transaction. */
  includedWithEdits(dataset: string): { images: ImageRecord[]; edits: string };
  /** Positions of the current edits (done, not undone) in the history, comma-separated. Equal texts mean equal curation. */
  edits(dataset: string): string;
  counts(dataset: string): DatasetCounts;
  /** Mean number of pixels of the included images; 0 without images. */
  meanPixels(dataset: string): number;
  /** Whether any image is excluded or relabelled. */
  isEdited(dataset: string): boolean;
}

interface CuratedRow extends ImageRow {
  imported: string;
  excluded: 0 | 1;
  tags: string | null;
}

const FROM = 'FROM images i LEFT JOIN marks m ON m.dataset = i.dataset AND m.image = i.id';
const CLASS = 'coalesce(m.class, i.class)';
const EXCLUDED = 'coalesce(m.excluded, 0)';
const TAGS = '(SELECT json_group_array(t.tag) FROM tags t WHERE t.dataset = i.dataset AND t.image = i.id)';
const COLUMNS = `i.id, i.file, ${CLASS} AS class, i.class AS imported, ${EXCLUDED} AS excluded, i.sha256, i.content, i.subject, i.width, i.height, i.split, i.facts`;

const SORTS: Record<ImageSort, string> = {
  file: 'i.id', // ids are assigned in the order of file names
  class: `${CLASS} %, i.id`,
  split: `CASE i.split WHEN 'train' THEN 0 WHEN 'valid' THEN 1 ELSE 2 END %, i.id`,
  pixels: 'i.width * i.height %, i.id',
};

/** Folds text for search: removes differences of case and of the composition of accents. */
function fold(text: string): string {
  if (/^[ -~]*$/.test(text)) return text.toLowerCase(); // ASCII: most names, ten times faster
  return text.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}

export function browseStore(db: Db, rowOf: FindDataset): BrowseStore {
  db.function('fold', { deterministic: true }, (text) => (typeof text === 'string' ? fold(text) : text));
  const conditions = `
    WHERE i.dataset = @number
      AND (@classes IS NULL OR ${CLASS} IN (SELECT value FROM json_each(@classes)))
      AND (@splits IS NULL OR i.split IN (SELECT value FROM json_each(@splits)))
      AND (@tags IS NULL OR EXISTS (SELECT 1 FROM tags t WHERE t.dataset = i.dataset AND t.image = i.id AND t.tag IN (SELECT value FROM json_each(@tags))))
      AND (@excluded IS NULL OR ${EXCLUDED} = @excluded)
      AND (@text = '' OR instr(fold(i.file), @text) OR (@classText AND instr(fold(${CLASS}), @text))
        OR EXISTS (SELECT 1 FROM tags t WHERE t.dataset = i.dataset AND t.image = i.id AND instr(fold(t.tag), @text)))`;
  const prepareFind = (sort: ImageSort, descending: boolean) => {
    const order = SORTS[sort].includes('%') ? SORTS[sort].replace('%', descending ? 'DESC' : 'ASC') : `${SORTS[sort]} ${descending ? 'DESC' : 'ASC'}`;
    return db
      .prepare<[object], [number, string | null]>(`SELECT i.id, ${sort === 'class' ? CLASS : 'NULL'} ${FROM} ${conditions} ORDER BY ${order}`)
      .raw();
  };
  const prepared = new Map<string, ReturnType<typeof prepareFind>>();
  const byIds = db.prepare<[object], CuratedRow>(
    `SELECT ${COLUMNS}, ${TAGS} AS tags ${FROM} WHERE i.dataset = @number AND i.id IN (SELECT value FROM json_each(@ids))`,
  );
  const allRows = db.prepare<[number], CuratedRow>(`SELECT ${COLUMNS}, ${TAGS} AS tags ${FROM} WHERE i.dataset = ? ORDER BY i.id`);
  const ofContent = db.prepare<[object], CuratedRow>(
    `SELECT ${COLUMNS}, ${TAGS} AS tags ${FROM} WHERE i.dataset = @number AND (i.sha256 IN (SELECT value FROM json_each(@sha256))
      OR i.content IN (SELECT content FROM images WHERE dataset = @number AND content IS NOT NULL AND sha256 IN (SELECT value FROM json_each(@sha256)))) ORDER BY i.id`,
  );
  const copies = db
    .prepare<[object], number>(
      `SELECT id FROM images JOIN (SELECT coalesce(content, sha256) AS pixels, min(id) AS first FROM images WHERE dataset = @number
        GROUP BY 1 HAVING count(*) > 1) ON coalesce(content, sha256) = pixels WHERE dataset = @number ORDER BY first, id`,
    )
    .pluck();
  const ofGroup = db.prepare<[number, string], number>('SELECT id FROM images WHERE dataset = ? AND subject = ? ORDER BY id').pluck();
  const includedRows = db.prepare<[number], ImageRow>(`SELECT ${COLUMNS} ${FROM} WHERE i.dataset = ? AND ${EXCLUDED} = 0 ORDER BY i.id`);
  const meanPixels = db
    .prepare<[number], number>(`SELECT coalesce(avg(i.width * i.height), 0) ${FROM} WHERE i.dataset = ? AND ${EXCLUDED} = 0`)
    .pluck();
  const currentEdits = db.prepare<[number], string>(CURRENT_EDITS).pluck();
  const classCounts = db.prepare<[number], { class: string; split: Split; excluded: 0 | 1; n: number }>(
    `SELECT ${CLASS} AS class, i.split, ${EXCLUDED} AS excluded, count(*) AS n ${FROM} WHERE i.dataset = ? GROUP BY 1, 2, 3 ORDER BY 1`,
  );
  const classesNow = db
    .prepare<[object], string>(
      'SELECT DISTINCT class FROM images WHERE dataset = @number UNION SELECT class FROM marks WHERE dataset = @number AND class IS NOT NULL',
    )
    .pluck();
  const importedClasses = db.prepare<[number], string>('SELECT DISTINCT class FROM images WHERE dataset = ?').pluck();
  const tagCounts = db.prepare<[number], { tag: string; images: number }>(
    'SELECT tag, count(*) AS images FROM tags WHERE dataset = ? GROUP BY tag ORDER BY tag',
  );
  const relabelled = db.prepare<[number], number>('SELECT count(*) FROM marks WHERE dataset = ? AND class IS NOT NULL').pluck();
  const anyMark = db.prepare<[number], number>('SELECT 1 FROM marks WHERE dataset = ? LIMIT 1').pluck();

  return {
    find: ({ dataset, text, classes, splits, tags, state, sort, descending }) => {
      const key = `${sort} ${descending}`;
      const statement = prepared.get(key) ?? prepareFind(sort, descending);
      prepared.set(key, statement);
      const list = (items: readonly string[]): string | null => (items.length === 0 ? null : JSON.stringify(items));
      const { number } = rowOf(dataset);
      const searchText = fold(text.trim());
      const inClass = searchText !== '' && classesNow.all({ number }).some((name) => fold(name).includes(searchText));
      const found = statement.all({
        number,
        text: searchText,
        classText: inClass ? 1 : 0, // searching the class of every row doubles the time, and rarely finds any
        classes: list(classes),
        splits: list(splits),
        tags: list(tags),
        excluded: state === 'all' ? null : state === 'excluded' ? 1 : 0,
      });
      return sort === 'class' ? inNaturalOrder(found, descending) : { ids: Int32Array.from(found, ([id]) => id), classes: null };
    },
    rows: (dataset, ids) => {
      const found = new Map(byIds.all({ number: rowOf(dataset).number, ids: JSON.stringify(ids) }).map((row) => [row.id, row]));
      return ids.map((id) => {
        const row = found.get(id);
        if (!row) throw new AppError('not-found', `There is no image ${id} in this data set.`, { dataset, image: id });
        return curatedImage(row);
      });
    },
    all: (dataset) => allRows.all(rowOf(dataset).number).map(curatedImage),
    withContent: (dataset, sha256) => ofContent.all({ number: rowOf(dataset).number, sha256: JSON.stringify(sha256) }).map(curatedImage),
    ofGroup: (dataset, group) => ofGroup.all(rowOf(dataset).number, group),
    copies: (dataset) => copies.all({ number: rowOf(dataset).number }),
    included: (dataset) => includedRows.all(rowOf(dataset).number).map(imageRecord),
    includedWithEdits: (dataset) => {
      const { number } = rowOf(dataset);
      return db.transaction(() => ({ images: includedRows.all(number).map(imageRecord), edits: currentEdits.get(number)! }))();
    },
    meanPixels: (dataset) => meanPixels.get(rowOf(dataset).number)!,
    edits: (dataset) => currentEdits.get(rowOf(dataset).number)!,
    isEdited: (dataset) => anyMark.get(rowOf(dataset).number) !== undefined,
    counts: (dataset) => {
      const { number, id } = rowOf(dataset);
      const classes = new Map<string, ClassCount>();
      const counts = classCounts.all(number);
      // A class whose images were all relabelled stays in the list, so that images can be moved back.
      const names = [...new Set([...importedClasses.all(number), ...counts.map((row) => row.class)])];
      for (const className of names) classes.set(className, { className, included: 0, excluded: 0, splits: { train: 0, valid: 0, test: 0 } });
      for (const { class: name, split, excluded, n } of counts) {
        const count = classes.get(name)!;
        if (excluded) count.excluded += n;
        else {
          count.included += n;
          count.splits[split] += n;
        }
      }
      const list = [...classes.values()].sort((a, b) => byNaturalOrder(a.className, b.className)); // same order as `find`
      const sum = (of: 'included' | 'excluded'): number => list.reduce((total, count) => total + count[of], 0);
      return {
        dataset: id,
        classes: list,
        tags: tagCounts.all(number).sort((a, b) => byNaturalOrder(a.tag, b.tag)),
        included: sum('included'),
        excluded: sum('excluded'),
        relabelled: relabelled.get(number)!,
      };
    },
  };
}

/** SQLite orders classes by code points, so each class is one range of rows; the ranges are put in natural order. */
function inNaturalOrder(found: readonly [number, string | null][], descending: boolean): FoundImages {
  let start = 0;
  const ranges = countConsecutive(found).map((range) => ({ ...range, start: (start += range.images) - range.images }));
  ranges.sort((a, b) => (descending ? -1 : 1) * byNaturalOrder(a.className, b.className));
  const ids = new Int32Array(found.length);
  let at = 0;
  for (const range of ranges) for (let i = range.start; i < range.start + range.images; i++) ids[at++] = found[i]![0];
  return { ids, classes: ranges.map(({ className, images }) => ({ className, images })) };
}

function countConsecutive(found: readonly [number, string | null][]): { className: string; images: number }[] {
  const ranges: { className: string; images: number }[] = [];
  for (const [, className] of found) {
    const last = ranges.at(-1);
    if (last?.className === className) last!.images++;
    else ranges.push({ className: className!, images: 1 });
  }
  return ranges;
}

const curatedImage = (row: CuratedRow): CuratedImage => ({
  ...imageRecord(row),
  importedClass: row.imported,
  excluded: row.excluded === 1,
  tags: fromJson<string[]>(row.tags ?? '[]').sort(),
});
