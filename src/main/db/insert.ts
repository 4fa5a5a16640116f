import { randomUUID } from 'node:crypto';
import type { ImageRecord, RejectedFile, Split } from '../../shared/dataset.ts';
import { slugOf } from './ids.ts';
import { toJson } from './json.ts';
import type { Db } from './open.ts';

const SLICE = 1000; // rows per short transaction
const PENDING = ' '; // first character of the id of an incomplete data set; no slug starts with it

/** An imported data set. Ids of `images` are their 0-based positions. */
export interface NewDataset {
  name: string;
  root: string; // absolute folder
  groupBy: string | null; // regular expression
  splitSeed: number;
  groups: number | null;
  groupName: string | null; // DatasetSummary.groupName
  sampleBits: number | null;
  snapshot: string;
  images: readonly ImageRecord[];
  pairs: Record<Split, number>; // of the same class and of different ones
  rejected: readonly RejectedFile[];
  warnings: readonly string[];
}

/** Two imports with equal identity give the same data set. */
export type DatasetIdentity = Pick<NewDataset, 'name' | 'root' | 'groupBy' | 'splitSeed' | 'sampleBits' | 'snapshot'>;

export interface DatasetWriter {
  /** As in DatasetStore; both return the new id. */
  insert(dataset: NewDataset): string;
  insertInSteps(dataset: NewDataset, pause: () => Promise<void>): Promise<string>;
  replaceRejected(number: number, rejected: readonly RejectedFile[]): void;
  /** Deletes a data set with all its rows. */
  erase(number: number): void;
}

export function datasetWriter(db: Db): DatasetWriter {
  const idTaken = db.prepare<[string]>('SELECT 1 FROM dataset_ids WHERE id = ?').pluck();
  const takeId = db.prepare<[string]>('INSERT INTO dataset_ids (id) VALUES (?)');
  const deletePending = db.prepare(`DELETE FROM dataset_ids WHERE id LIKE '${PENDING}%' AND id NOT IN (SELECT id FROM datasets)`);
  const insertRow = db.prepare(`
    INSERT INTO datasets (id, name, root, images, classes, splits, pairs, groups, group_name, group_by, split_seed, sample_bits, warnings, snapshot, created_ms, removed_ms)
    VALUES (@id, @name, @root, @images, @classes, @splits, @pairs, @groups, @groupName, @groupBy, @splitSeed, @sampleBits, @warnings, @snapshot, @createdMs, @removedMs)`);
  const publish = db.prepare<[string, number, number]>('UPDATE datasets SET id = ?, removed_ms = NULL, created_ms = ? WHERE number = ?');
  const insertImage = db.prepare(
    'INSERT INTO images (dataset, id, file, class, sha256, content, subject, width, height, split, facts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const insertRejected = db.prepare('INSERT INTO rejected (dataset, position, file, reason) VALUES (?, ?, ?, ?)');
  const deleteRejected = db.prepare<[number]>('DELETE FROM rejected WHERE dataset = ?');
  // Child tables first: a cascade from images would scan all pairs once per image.
  const childTables = ['pairs', 'pair_sets', 'pair_lists', 'tags', 'marks', 'curations', 'curated', 'images', 'rejected'].map((table) =>
    db.prepare<[number]>(`DELETE FROM ${table} WHERE dataset = ?`),
  );
  const deleteRow = db.prepare<[number]>('DELETE FROM datasets WHERE number = ?');
  const someImages = db.prepare<[number, number]>(
    'DELETE FROM images WHERE (dataset, id) IN (SELECT dataset, id FROM images WHERE dataset = ? LIMIT ?)',
  );

  const unusedId = (name: string): string => {
    const slug = slugOf(name);
    for (let n = 1; ; n++) {
      const id = n === 1 ? slug : `${slug}-${n}`;
      if (idTaken.get(id) === undefined) return id;
    }
  };

  const writeRow = (id: string, dataset: NewDataset, removedMs: number | null): number => {
    const { name, root, groups, groupName, groupBy, splitSeed, sampleBits, snapshot } = dataset;
    takeId.run(id);
    const { lastInsertRowid } = insertRow.run({
      id,
      name,
      root,
      groups,
      groupName,
      groupBy,
      splitSeed,
      sampleBits,
      snapshot,
      images: dataset.images.length,
      classes: toJson(countsBy(dataset.images, ({ className }) => className)),
      splits: toJson(perSplit((split) => dataset.images.filter((image) => image.split === split).length)),
      pairs: toJson(dataset.pairs),
      warnings: toJson(dataset.warnings),
      createdMs: Date.now(),
      removedMs,
    });
    return Number(lastInsertRowid);
  };

  const writeRejected = (number: number, rejected: readonly RejectedFile[]): void =>
    rejected.forEach(({ file, reason }, position) => insertRejected.run(number, position, file, reason));

  /** Writes images and rejected files; yields after each slice. */
  function* writeContents(number: number, dataset: NewDataset): Generator<void> {
    for (const [at, i] of dataset.images.entries()) {
      insertImage.run(number, i.id, i.file, i.className, i.sha256, i.content, i.group, i.width, i.height, i.split, factsOf(i));
      if (at % SLICE === SLICE - 1) yield;
    }
    yield;
    writeRejected(number, dataset.rejected);
  }

  const erase = (number: number): void => {
    for (const statement of childTables) statement.run(number);
    deleteRow.run(number);
    deletePending.run();
  };

  const eraseInSteps = async (number: number): Promise<void> => {
    const slice = db.transaction(() => someImages.run(number, SLICE).changes);
    while (slice.immediate() > 0) await new Promise((resolve) => setTimeout(resolve, 1));
    db.transaction(erase).immediate(number);
  };

  const insert = (dataset: NewDataset): string => {
    const id = unusedId(dataset.name);
    for (const _ of writeContents(writeRow(id, dataset, null), dataset));
    return id;
  };

  /** Runs a transaction without waiting for the disk. The next one that waits makes it durable, too: both are in the same log. */
  const withoutSync = <T>(transaction: () => T): T => {
    db.pragma('synchronous = NORMAL');
    try {
      return transaction();
    } finally {
      db.pragma('synchronous = FULL');
    }
  };

  const insertInSteps = async (dataset: NewDataset, pause: () => Promise<void>): Promise<string> => {
    const number = withoutSync(() => db.transaction(() => writeRow(PENDING + randomUUID(), dataset, Date.now())).immediate());
    try {
      const contents = writeContents(number, dataset);
      const slice = db.transaction(() => contents.next().done === true);
      while (!withoutSync(() => slice.immediate())) await pause();
      return db
        .transaction(() => {
          const id = unusedId(dataset.name);
          takeId.run(id);
          publish.run(id, Date.now(), number);
          deletePending.run();
          return id;
        })
        .immediate();
    } catch (error) {
      await eraseInSteps(number);
      throw error;
    }
  };

  return {
    insert: (dataset) => db.transaction(insert).immediate(dataset),
    insertInSteps,
    replaceRejected: (number, rejected) => {
      deleteRejected.run(number);
      writeRejected(number, rejected);
    },
    erase,
  };
}

export const factsOf = ({ facts }: ImageRecord): string | null => (facts === undefined || facts.length === 0 ? null : toJson(facts));

/** In the order of first appearance. Object.fromEntries handles a key named `__proto__` correctly. */
export function countsBy<T>(items: readonly T[], keyOf: (item: T) => string): Record<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return Object.fromEntries(counts);
}

const perSplit = (count: (split: Split) => number): Record<Split, number> => ({ train: count('train'), valid: count('valid'), test: count('test') });
