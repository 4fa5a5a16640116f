import { SqliteError } from 'better-sqlite3';
import { randomUUID } from 'node:crypto';
import { AppError } from '../../../shared/errors.ts';
import { slugOf } from '../ids.ts';
import { fromJson, toJson } from '../json.ts';
import type { Db } from '../open.ts';
import { type BundledTable, BUNDLED_TABLES, type Owner } from './tables.ts';

const SLICE = 2000; // rows of a transaction: other writers wait for no longer than it takes
const PENDING = ' '; // first character of the id of an incomplete data set; see insert.ts

/** How texts of a bundle change in this workspace. */
export interface Rewriting {
  root: string; // folder of the images
  /** Path of a compared image on this computer. */
  imagePath(path: string): string;
  /** Path of a file of a comparison, given its new id. */
  comparisonPath(comparison: string, path: string): string;
  /** New ids of imported encoders. */
  encoders: ReadonlyMap<string, string>;
}

/** Old and new numbers of rows. */
export type Renumbered = ReadonlyMap<number, number>;

export interface InsertedRows {
  dataset: string; // its new id
  runs: Renumbered;
  comparisons: Renumbered;
  reports: number;
}

export interface BundleStore {
  /**
   * Inserts the rows of a bundle's database with new ids, in short transactions; the last one shows them. `publish` is called in that transaction
   * with the new numbers: if it throws, nothing is inserted. Throws what it throws.
   */
  insert(database: string, rewriting: Rewriting, publish: (rows: InsertedRows) => void, pause: () => Promise<void>): Promise<InsertedRows>;
}

/** `erase` deletes an incomplete data set; `readBack` reads the inserted rows as the lists do, which throws if one has a damaged record. */
export const bundleStore = (db: Db, erase: (number: number) => void, readBack: (rows: InsertedRows) => void): BundleStore => ({
  insert: async (database, rewriting, publish, pause) => {
    db.prepare('ATTACH ? AS bundle').run(database);
    try {
      db.exec('CREATE TEMP TABLE renumbered (owner TEXT NOT NULL, old INTEGER NOT NULL, new INTEGER NOT NULL, PRIMARY KEY (owner, old)) STRICT');
      return await new Insertion(db, rewriting).run({ erase, readBack, publish, pause });
    } finally {
      db.exec('DROP TABLE IF EXISTS temp.renumbered');
      db.exec('DETACH bundle');
    }
  },
});

type Row = Record<string, unknown>;

interface Steps {
  erase(number: number): void;
  readBack(rows: InsertedRows): void;
  publish(rows: InsertedRows): void;
  pause(): Promise<void>;
}

/** One record that can't be read would make the lists of the whole workspace fail. */
function readable<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof SqliteError && !error.code.startsWith('SQLITE_CONSTRAINT')) throw error;
    throw new AppError(
      'bad-request',
      'The project bundle has a record that can’t be read: it is damaged or was changed by another program. Copy it again from where it was made.',
      {},
      error,
    );
  }
}

class Insertion {
  private readonly db: Db;
  private readonly rewriting: Rewriting;

  constructor(db: Db, rewriting: Rewriting) {
    this.db = db;
    this.rewriting = rewriting;
  }

  async run({ erase, readBack, publish, pause }: Steps): Promise<InsertedRows> {
    const { db } = this;
    const dataset = db.prepare<[], Row>('SELECT * FROM bundle.datasets').get()!;
    const pendingId = PENDING + randomUUID();
    const number = db.transaction(() => {
      db.prepare('INSERT INTO dataset_ids (id) VALUES (?)').run(pendingId);
      return this.insertRow('dataset', 'datasets', { ...dataset, id: pendingId, root: this.rewriting.root, removed_ms: Date.now() });
    })();
    try {
      for (const table of BUNDLED_TABLES) if (table.sliced) await this.copySlices(table, pause);
      return db
        .transaction(() => {
          const rows = readable(() => {
            const id = this.publishDataset(number, String(dataset['name']));
            this.copyRows(id);
            const added = {
              dataset: id,
              runs: this.numbersOf('run'),
              comparisons: this.numbersOf('comparison'),
              reports: this.numbersOf('report').size,
            };
            readBack(added);
            return added;
          });
          publish(rows);
          return rows;
        })
        .immediate();
    } catch (error) {
      db.transaction(erase).immediate(number);
      throw error;
    }
  }

  private publishDataset(number: number, name: string): string {
    const taken = this.db.prepare<[string]>('SELECT 1 FROM dataset_ids WHERE id = ?').pluck();
    const slug = slugOf(name);
    let id = slug;
    for (let n = 2; taken.get(id) !== undefined; n++) id = `${slug}-${n}`;
    this.db.prepare('INSERT INTO dataset_ids (id) VALUES (?)').run(id);
    this.db.prepare('UPDATE datasets SET id = ?, removed_ms = NULL WHERE number = ?').run(id, number);
    this.db.prepare(`DELETE FROM dataset_ids WHERE id LIKE '${PENDING}%' AND id NOT IN (SELECT id FROM datasets)`).run();
    return id;
  }

  private copyRows(dataset: string): void {
    const rows = (table: string): Row[] => this.db.prepare<[], Row>(`SELECT * FROM bundle.${table} ORDER BY number`).all();
    for (const row of rows('experiments')) this.insertRow('experiment', 'experiments', { ...row, dataset, config: this.encodersIn(row['config']) });
    const experiments = this.numbersOf('experiment');
    for (const row of rows('runs')) {
      const experiment = row['experiment'] === null ? null : (experiments.get(Number(row['experiment'])) ?? null);
      this.insertRow('run', 'runs', { ...row, dataset, experiment, config: this.encodersIn(row['config']) });
    }
    const runs = this.numbersOf('run');
    for (const row of rows('comparisons')) {
      const run = runs.get(Number(row['run']))!;
      const added = this.insertRow('comparison', 'comparisons', { ...row, run, record: null });
      this.db.prepare('UPDATE comparisons SET record = ? WHERE number = ?').run(this.comparisonRecord(String(row['record']), added, run), added);
    }
    const comparisons = this.numbersOf('comparison');
    for (const row of rows('reports')) {
      const ids = fromJson<string[]>(String(row['comparisons'])).flatMap((id) =>
        comparisons.has(Number(id.slice(1))) ? [`c${comparisons.get(Number(id.slice(1)))}`] : [],
      );
      this.insertRow('report', 'reports', { ...row, comparisons: toJson(ids), html: null, html_ms: null, pdf: null, pdf_ms: null }); // written on another computer
    }
    for (const table of BUNDLED_TABLES) if (!table.sliced) this.db.prepare(this.copySql(table)).run(table.datasetId === undefined ? [] : [dataset]);
    for (const { number, record } of this.db
      .prepare<[string], { number: number; record: string }>('SELECT number, record FROM encoder_comparisons WHERE dataset = ?')
      .all(dataset))
      this.db
        .prepare('UPDATE encoder_comparisons SET record = ? WHERE number = ?')
        .run(toJson({ ...fromJson<object>(this.encodersIn(record)), dataset }), number);
    const judged = this.db.prepare<[string], { number: number; source: string }>(
      'SELECT j.number, j.source FROM image_judgements j JOIN datasets d ON d.number = j.dataset WHERE d.id = ?',
    );
    const setSource = this.db.prepare<[string, number]>('UPDATE image_judgements SET source = ? WHERE number = ?');
    for (const { number, source } of judged.all(dataset)) setSource.run(this.encodersIn(source), number);
  }

  private comparisonRecord(record: string, number: number, run: number): string {
    const { imagePath, comparisonPath } = this.rewriting;
    const comparison = `c${number}`;
    const stored = fromJson<{ images: Record<string, string>[] }>(record);
    const images = stored.images.map((image) => ({
      ...image,
      file: imagePath(String(image['file'])),
      ...Object.fromEntries(['photo', 'factual', 'counterfactual', 'signed'].map((key) => [key, comparisonPath(comparison, String(image[key]))])),
    }));
    return toJson({ ...stored, comparison, run: `r${run}`, images });
  }

  /** Replaces the ids of imported encoders in JSON. */
  private encodersIn(json: unknown): string {
    const names = new Map(
      [...this.rewriting.encoders].flatMap(([from, to]) =>
        [from, `onnx:${from}`, `patches+onnx:${from}`].map((name) => [name, name.slice(0, -from.length) + to]),
      ),
    );
    const replaceIn = (value: unknown, key = ''): unknown => {
      if (Array.isArray(value)) return value.map((item) => replaceIn(item, key));
      if (typeof value === 'string') return key === 'id' || value.includes('onnx:') ? (names.get(value) ?? value) : value;
      if (value === null || typeof value !== 'object') return value;
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, replaceIn(item, name)]));
    };
    return names.size === 0 ? String(json) : toJson(replaceIn(fromJson(String(json))));
  }

  /** Inserts a row without its number and remembers the new one. */
  private insertRow(owner: Owner, table: string, { number: old, ...row }: Row): number {
    const names = Object.keys(row);
    const { lastInsertRowid } = this.db
      .prepare(`INSERT INTO main.${table} (${names.join(', ')}) VALUES (${names.map((name) => `@${name}`).join(', ')})`)
      .run(row);
    this.db.prepare('INSERT INTO temp.renumbered VALUES (?, ?, ?)').run(owner, old, lastInsertRowid);
    return Number(lastInsertRowid);
  }

  private numbersOf(owner: Owner): Renumbered {
    const rows = this.db.prepare<[string], { old: number; new: number }>('SELECT old, new FROM temp.renumbered WHERE owner = ?').all(owner);
    return new Map(rows.map((row) => [row.old, row.new]));
  }

  private copySql({ name, numbers, ownNumber, datasetId, source }: BundledTable): string {
    const columns = this.db
      .prepare<[string], string>('SELECT name FROM pragma_table_info(?)')
      .pluck()
      .all(name)
      .filter((column) => column !== ownNumber);
    const values = columns.map((column) => {
      if (column === datasetId) return '?';
      if (column === source) return renumberedSource(column);
      const owner = numbers[column];
      return owner === undefined ? column : `(SELECT new FROM temp.renumbered WHERE owner = '${owner}' AND old = b.${column})`;
    });
    const orIgnore = name === 'report_logos' ? 'OR IGNORE ' : ''; // the same logo may be stored already
    return `INSERT ${orIgnore}INTO main.${name} (${columns.join(', ')}) SELECT ${values.join(', ')} FROM bundle.${name} b WHERE true`;
  }

  private async copySlices(table: BundledTable, pause: () => Promise<void>): Promise<void> {
    const last = this.db.prepare<[], number | null>(`SELECT max(id) FROM bundle.${table.name}`).pluck().get() ?? -1;
    const slice = this.db.prepare<[number, number]>(`${this.copySql(table)} AND b.id >= ? AND b.id < ?`);
    for (let from = 0; from <= last; from += SLICE) {
      this.db.transaction(() => slice.run(from, from + SLICE)).immediate();
      await pause();
    }
  }
}

/** SQL: the JSON of an EmbeddingSource with the new number of its run, if it has one. */
const renumberedSource = (column: string): string => `CASE WHEN json_extract(b.${column}, '$.run') IS NULL THEN b.${column} ELSE
  json_object('run', (SELECT 'r' || new FROM temp.renumbered WHERE owner = 'run' AND 'r' || old = json_extract(b.${column}, '$.run'))) END`;
