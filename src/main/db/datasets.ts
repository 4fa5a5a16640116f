import { isAbsolute, relative, sep } from 'node:path';
import type { DatasetSummary, ImageRecord, RejectedFile } from '../../shared/dataset.ts';
import { notFoundError } from './ids.ts';
import { imageRecord, type ImageRow, CURRENT_EDITS } from './image-row.ts';
import { type DatasetIdentity, datasetWriter, factsOf, type NewDataset } from './insert.ts';
import { fromJson, fromJsonOrNull, toJson } from './json.ts';
import type { Db } from './open.ts';

export interface DatasetStore {
  /** Stores a data set in one transaction. */
  insert(dataset: NewDataset): DatasetSummary;
  /**
   * Stores a data set in many short transactions, so that other connections can write in between. It is visible after the
   * last one. Awaits `pause` between them; if that rejects, the stored rows are deleted.
   */
  insertInSteps(dataset: NewDataset, pause: () => Promise<void>): Promise<DatasetSummary>;
  /** The newest data set with this identity, or null. */
  findSame(identity: DatasetIdentity): DatasetSummary | null;
  /**
   * Replaces rejected files, warnings, the name of the groups and the images' facts after an import of an unchanged data set, and fills in
   * contents that an older version left out.
   */
  replaceNotes(id: string, notes: Pick<NewDataset, 'rejected' | 'warnings' | 'images' | 'groupName'>): DatasetSummary;
  /** Newest first, without removed ones. */
  list(): DatasetSummary[];
  /** By id (including removed ones), else the newest with this name. Throws AppError 'not-found' with a list of known ids. */
  get(idOrName: string): DatasetSummary;
  /** Ordered by id. Takes an id or a name. */
  images(idOrName: string): ImageRecord[];
  /** Hides a data set; its data stays until `purge`. */
  remove(id: string): void;
  restore(id: string): void;
  /** Deletes removed data sets that no run refers to. Returns their ids. */
  purge(): string[];
  /** Changes the folder. */
  relocate(id: string, root: string): void;
  /** The folders of all data sets that are not removed. */
  roots(): string[];
  /** Name of a data set that has an image at this absolute path; null if none has. */
  withImage(path: string): string | null;
  /** Name, folder, pair seed, bits of 16-bit samples and number of imported images. Fast at any size. */
  header(idOrName: string): { dataset: string; name: string; root: string; splitSeed: number; sampleBits: number | null; images: number };
  /** The stored summary of an edited data set, if it was computed since the last edit. */
  derivedSummary(id: string): DerivedSummary | null;
  /** Stores derived data until the next edit. Returns false if `browse.edits` no longer equals `edits`, from which it was derived. */
  putDerived(id: string, derived: DerivedSummary, edits: string): boolean;
  /** Ids of edited data sets with more than `images` images that have no derived data. */
  withoutDerived(images: number): string[];
}

/** The part of a summary that changes with curation. */
export type DerivedSummary = Pick<DatasetSummary, 'images' | 'classes' | 'splits' | 'pairs' | 'groups' | 'warnings' | 'snapshot'>;

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
  group_name: string | null;
  sample_bits: number | null;
  warnings: string;
  snapshot: string;
  created_ms: number;
  split_seed: number;
  removed_ms: number | null;
}

/** Finds a data set's row by id, else by name. Throws AppError 'not-found'. */
export type FindDataset = (idOrName: string) => { number: number; id: string };

export function datasetStore(db: Db): { datasets: DatasetStore; rowOf: FindDataset } {
  const writer = datasetWriter(db);
  const setContent = db.prepare<[string, number, number]>('UPDATE images SET content = ? WHERE dataset = ? AND id = ?');
  const lacksContent = db.prepare<[number], 1>('SELECT 1 FROM images WHERE dataset = ? AND content IS NULL LIMIT 1').pluck();
  const setFacts = db.prepare<[string | null, number, number]>('UPDATE images SET facts = ? WHERE dataset = ? AND id = ?');
  const setNotes = db.prepare<[string, string | null, number]>('UPDATE datasets SET warnings = ?, group_name = ? WHERE number = ?');

  const byId = db.prepare<[string], DatasetRow>('SELECT * FROM datasets WHERE id = ?');
  const byName = db.prepare<[string], DatasetRow>('SELECT * FROM datasets WHERE name = ? AND removed_ms IS NULL ORDER BY number DESC LIMIT 1');
  const byIdentity = db.prepare<[DatasetIdentity], DatasetRow>(`
    SELECT * FROM datasets
    WHERE name = @name AND root = @root AND group_by IS @groupBy AND split_seed = @splitSeed AND sample_bits IS @sampleBits AND snapshot = @snapshot AND removed_ms IS NULL
    ORDER BY number DESC LIMIT 1`);
  const all = db.prepare<[], DatasetRow>('SELECT * FROM datasets WHERE removed_ms IS NULL ORDER BY number DESC');
  const rejectedOf = db.prepare<[number], RejectedFile>('SELECT file, reason FROM rejected WHERE dataset = ? ORDER BY position');
  const imagesOf = db.prepare<[number], ImageRow>('SELECT * FROM images WHERE dataset = ? ORDER BY id');

  const setRemoved = db.prepare<[number | null, number]>('UPDATE datasets SET removed_ms = ? WHERE number = ?');
  const roots = db.prepare<[], string>('SELECT DISTINCT root FROM datasets WHERE removed_ms IS NULL').pluck();
  const namedByFile = db
    .prepare<[string, string], string>(
      'SELECT name FROM datasets d WHERE root = ? AND removed_ms IS NULL AND EXISTS (SELECT 1 FROM images WHERE dataset = d.number AND file = ?)',
    )
    .pluck();
  const setRoot = db.prepare<[string, number]>('UPDATE datasets SET root = ? WHERE number = ?');
  const purgeable = db.prepare<[], { number: number; id: string }>(
    'SELECT number, id FROM datasets WHERE removed_ms IS NOT NULL AND id NOT IN (SELECT dataset FROM runs)',
  );
  const derivedOf = db.prepare<[number], string>('SELECT summary FROM curated WHERE dataset = ?').pluck();
  const putDerived = db.prepare<[number, string]>('INSERT OR REPLACE INTO curated (dataset, summary) VALUES (?, ?)');
  const currentEdits = db.prepare<[number], string>(CURRENT_EDITS).pluck();
  const withoutDerived = db
    .prepare<[number], string>(
      `SELECT id FROM datasets d WHERE images > ? AND EXISTS (SELECT 1 FROM marks WHERE dataset = d.number)
       AND NOT EXISTS (SELECT 1 FROM curated WHERE dataset = d.number)`,
    )
    .pluck();
  const deleteDerived = db.prepare<[number]>('DELETE FROM curated WHERE dataset = ?');

  const summary = (row: DatasetRow): DatasetSummary => ({
    dataset: row.id,
    name: row.name,
    root: row.root,
    images: row.images,
    classes: fromJson(row.classes),
    splits: fromJson(row.splits),
    pairs: fromJson(row.pairs),
    groups: row.groups,
    groupName: row.group_name,
    sampleBits: row.sample_bits,
    rejected: rejectedOf.all(row.number),
    warnings: fromJson(row.warnings),
    snapshot: row.snapshot,
    createdMs: row.created_ms,
  });

  const rowOf = (idOrName: string): DatasetRow => {
    const row = byId.get(idOrName) ?? byName.get(idOrName);
    if (row) return row;
    const known = all.all().map(({ id }) => id);
    throw notFoundError('data set', idOrName, known, 'import a folder with one sub-folder per class first');
  };

  const replaceNotes: DatasetStore['replaceNotes'] = (id, { rejected, warnings, images, groupName }) => {
    const { number } = rowOf(id);
    if (lacksContent.get(number)) for (const image of images) setContent.run(image.content, number, image.id);
    for (const image of images) if (image.facts) setFacts.run(factsOf(image), number, image.id);
    writer.replaceRejected(number, rejected);
    setNotes.run(toJson(warnings), groupName, number);
    deleteDerived.run(number);
    return summary(rowOf(id));
  };

  const purge = (): string[] =>
    purgeable.all().map(({ number, id }) => {
      writer.erase(number);
      return id;
    });

  const datasets: DatasetStore = {
    insert: (dataset) => summary(rowOf(writer.insert(dataset))),
    insertInSteps: async (dataset, pause) => summary(rowOf(await writer.insertInSteps(dataset, pause))),
    replaceNotes: (id, notes) => db.transaction(replaceNotes).immediate(id, notes),
    findSame: ({ name, root, groupBy, splitSeed, sampleBits, snapshot }) => {
      const row = byIdentity.get({ name, root, groupBy, splitSeed, sampleBits, snapshot });
      return row ? summary(row) : null;
    },
    list: () => all.all().map(summary),
    get: (idOrName) => summary(rowOf(idOrName)),
    images: (idOrName) => imagesOf.all(rowOf(idOrName).number).map(imageRecord),
    remove: (id) => void setRemoved.run(Date.now(), rowOf(id).number),
    restore: (id) => void setRemoved.run(null, rowOf(id).number),
    purge: () => db.transaction(purge).immediate(),
    roots: () => roots.all(),
    withImage: (path) => {
      for (const root of roots.all()) {
        const file = relative(root, path).split(sep).join('/');
        const name = file.startsWith('../') || isAbsolute(file) ? undefined : namedByFile.get(root, file);
        if (name !== undefined) return name;
      }
      return null;
    },
    relocate: (id, root) => void setRoot.run(root, rowOf(id).number),
    header: (idOrName) => {
      const { id, name, root, split_seed: splitSeed, sample_bits: sampleBits, images } = rowOf(idOrName);
      return { dataset: id, name, root, splitSeed, sampleBits, images };
    },
    derivedSummary: (id) => fromJsonOrNull(derivedOf.get(rowOf(id).number) ?? null),
    putDerived: (id, derived, edits) => {
      const { number } = rowOf(id);
      return db.transaction(() => currentEdits.get(number) === edits && putDerived.run(number, toJson(derived)).changes > 0).immediate();
    },
    withoutDerived: (images) => withoutDerived.all(images),
  };
  return { datasets, rowOf };
}
