import type { DatasetSummary, ImageRecord, Pair, PairLabel, RejectedFile, Split } from '../../shared/dataset.ts';
import { SPLITS } from '../../shared/dataset.ts';
import { slugOf, unknown } from './ids.ts';
import { fromJson, toJson } from './json.ts';
import type { Db } from './open.ts';

/** A data set as an import hands it over. Ids of `images` are their positions, 0-based and without gaps. */
export interface NewDataset {
  name: string;
  root: string; // absolute folder
  groupBy: string | null; // regular expression
  splitSeed: number;
  groups: number | null;
  snapshot: string;
  images: readonly ImageRecord[];
  pairs: Record<Split, readonly Pair[]>;
  rejected: readonly RejectedFile[];
  warnings: readonly string[];
}

/** What two imports must share to be the same data set. */
export type DatasetIdentity = Pick<NewDataset, 'name' | 'root' | 'groupBy' | 'splitSeed' | 'snapshot'>;

export interface DatasetStore {
  /** Stores a whole data set or nothing of it. */
  insert(dataset: NewDataset): DatasetSummary;
  /** The newest data set with this identity, or null. */
  findSame(identity: DatasetIdentity): DatasetSummary | null;
  /** Replaces what the last import of an unchanged data set said about the folder. */
  replaceNotes(id: string, notes: Pick<NewDataset, 'rejected' | 'warnings'>): DatasetSummary;
  /** Newest first. */
  list(): DatasetSummary[];
  /** By id, else by name (the newest of that name). Throws AppError 'not-found' with a list of those there are. */
  get(idOrName: string): DatasetSummary;
  /** Ordered by id. Takes an id or a name. */
  images(idOrName: string): ImageRecord[];
  /** In the order drawn. Takes an id or a name. */
  pairs(idOrName: string, split: Split): Pair[];
}

interface DatasetRow {
  number: number;
  id: string;
  name: string;
  root: string;
  images: number;
  classes: string;
  splits: string;
  pairs: string;
  groups: number | null;
  warnings: string;
  snapshot: string;
  created_ms: number;
}

interface ImageRow {
  id: number;
  file: string;
  class: string;
  sha256: string;
  subject: string | null;
  width: number;
  height: number;
  split: Split;
}

export function datasetStore(db: Db): DatasetStore {
  const idTaken = db.prepare<[string]>('SELECT 1 FROM dataset_ids WHERE id = ?').pluck();
  const takeId = db.prepare<[string]>('INSERT INTO dataset_ids (id) VALUES (?)');
  const insertRow = db.prepare(`
    INSERT INTO datasets (id, name, root, images, classes, splits, pairs, groups, group_by, split_seed, warnings, snapshot, created_ms)
    VALUES (@id, @name, @root, @images, @classes, @splits, @pairs, @groups, @groupBy, @splitSeed, @warnings, @snapshot, @createdMs)`);
  const insertImage = db.prepare(
    'INSERT INTO images (dataset, id, file, class, sha256, subject, width, height, split) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const insertPair = db.prepare('INSERT INTO pairs (dataset, split, position, a, b, label) VALUES (?, ?, ?, ?, ?, ?)');
  const insertRejected = db.prepare('INSERT INTO rejected (dataset, position, file, reason) VALUES (?, ?, ?, ?)');
  const deleteRejected = db.prepare<[number]>('DELETE FROM rejected WHERE dataset = ?');
  const setWarnings = db.prepare<[string, number]>('UPDATE datasets SET warnings = ? WHERE number = ?');

  const byId = db.prepare<[string], DatasetRow>('SELECT * FROM datasets WHERE id = ?');
  const byName = db.prepare<[string], DatasetRow>('SELECT * FROM datasets WHERE name = ? ORDER BY number DESC LIMIT 1');
  const bySameness = db.prepare<[DatasetIdentity], DatasetRow>(`
    SELECT * FROM datasets
    WHERE name = @name AND root = @root AND group_by IS @groupBy AND split_seed = @splitSeed AND snapshot = @snapshot
    ORDER BY number DESC LIMIT 1`);
  const all = db.prepare<[], DatasetRow>('SELECT * FROM datasets ORDER BY number DESC');
  const rejectedOf = db.prepare<[number], RejectedFile>('SELECT file, reason FROM rejected WHERE dataset = ? ORDER BY position');
  const imagesOf = db.prepare<[number], ImageRow>('SELECT * FROM images WHERE dataset = ? ORDER BY id');
  const pairsOf = db.prepare<[number, Split], { a: number; b: number; label: PairLabel }>(
    'SELECT a, b, label FROM pairs WHERE dataset = ? AND split = ? ORDER BY position',
  );

  const summary = (row: DatasetRow): DatasetSummary => ({
    dataset: row.id,
    name: row.name,
    root: row.root,
    images: row.images,
    classes: fromJson(row.classes),
    splits: fromJson(row.splits),
    pairs: fromJson(row.pairs),
    groups: row.groups,
    rejected: rejectedOf.all(row.number),
    warnings: fromJson(row.warnings),
    snapshot: row.snapshot,
    createdMs: row.created_ms,
  });

  const rowOf = (idOrName: string): DatasetRow => {
    const row = byId.get(idOrName) ?? byName.get(idOrName);
    if (row) return row;
    const known = all.all().map(({ id }) => id);
    throw unknown('data set', idOrName, known, 'import a folder with one sub-folder per class first');
  };

  const freshId = (name: string): string => {
    const slug = slugOf(name);
    for (let n = 1; ; n++) {
      const id = n === 1 ? slug : `${slug}-${n}`;
      if (idTaken.get(id) === undefined) return id;
    }
  };

  const writeRejected = (number: number | bigint, rejected: readonly RejectedFile[]): void =>
    rejected.forEach(({ file, reason }, position) => insertRejected.run(number, position, file, reason));

  const insert = (dataset: NewDataset): DatasetSummary => {
    const id = freshId(dataset.name);
    takeId.run(id);
    const { name, root, groups, groupBy, splitSeed, snapshot } = dataset;
    const { lastInsertRowid: number } = insertRow.run({
      id,
      name,
      root,
      groups,
      groupBy,
      splitSeed,
      snapshot,
      images: dataset.images.length,
      classes: toJson(countsBy(dataset.images, ({ className }) => className)),
      splits: toJson(perSplit((split) => dataset.images.filter((image) => image.split === split).length)),
      pairs: toJson(perSplit((split) => dataset.pairs[split].length)),
      warnings: toJson(dataset.warnings),
      createdMs: Date.now(),
    });
    for (const i of dataset.images) insertImage.run(number, i.id, i.file, i.className, i.sha256, i.group, i.width, i.height, i.split);
    for (const split of SPLITS) dataset.pairs[split].forEach(({ a, b, label }, position) => insertPair.run(number, split, position, a, b, label));
    writeRejected(number, dataset.rejected);
    return summary(rowOf(id));
  };

  const replaceNotes: DatasetStore['replaceNotes'] = (id, { rejected, warnings }) => {
    const { number } = rowOf(id);
    deleteRejected.run(number);
    writeRejected(number, rejected);
    setWarnings.run(toJson(warnings), number);
    return summary(rowOf(id));
  };

  return {
    insert: (dataset) => db.transaction(insert).immediate(dataset),
    replaceNotes: (id, notes) => db.transaction(replaceNotes).immediate(id, notes),
    findSame: ({ name, root, groupBy, splitSeed, snapshot }) => {
      const row = bySameness.get({ name, root, groupBy, splitSeed, snapshot });
      return row ? summary(row) : null;
    },
    list: () => all.all().map(summary),
    get: (idOrName) => summary(rowOf(idOrName)),
    images: (idOrName) =>
      imagesOf.all(rowOf(idOrName).number).map((row) => ({
        id: row.id,
        file: row.file,
        className: row.class,
        sha256: row.sha256,
        group: row.subject,
        width: row.width,
        height: row.height,
        split: row.split,
      })),
    pairs: (idOrName, split) => pairsOf.all(rowOf(idOrName).number, split),
  };
}

/** In the order of first appearance. Object.fromEntries makes even `__proto__` a key like any other. */
function countsBy<T>(items: readonly T[], keyOf: (item: T) => string): Record<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return Object.fromEntries(counts);
}

const perSplit = (count: (split: Split) => number): Record<Split, number> => ({ train: count('train'), valid: count('valid'), test: count('test') });
