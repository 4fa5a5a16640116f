import Database from 'better-sqlite3';
import { createHash } from 'node:crypto';
import type { BundleContents, BundleInfo } from '../../../shared/bundle.ts';
import { type EmbeddingSource, isRunSource } from '../../../shared/embedding-source.ts';
import { parseEncoderName } from '../../../shared/encoder-name.ts';
import { fromJson, toJson } from '../json.ts';
import { migrate } from '../migrations/migrate.ts';
import type { Db } from '../open.ts';
import { rowChecksum } from './row-checksum.ts';
import { BUNDLE_ID, FILE_TABLES, type StoredInfo } from './schema.ts';
import { BUNDLED_TABLES, NUMBERED, type Owner } from './tables.ts';

const SLICE = 5000; // rows of a statement: about 20 ms
const CHUNK = 2 ** 20; // bytes of a file in each row of bundle_chunks

/** The numbers of what a bundle has, of a workspace. */
export interface ChosenRows {
  runs: number[];
  comparisons: number[];
  encoders: string[]; // ids of imported encoders that runs or judgements use
}

/** A new bundle: a SQLite file with the rows of one data set and with files. Nobody else may open it before `finish`. */
export class BundleWriter {
  private readonly db: Db;
  private files = 0;

  /** `file` must not exist. `workspace`: the database to copy from, of this version. */
  constructor(file: string, workspace: string) {
    this.db = new Database(file);
    this.db.pragma('journal_mode = OFF'); // a file that is not finished is deleted
    this.db.pragma('synchronous = OFF');
    migrate(this.db);
    this.db.exec(FILE_TABLES);
    this.db.prepare('ATTACH ? AS source').run(workspace);
    this.db.exec('CREATE TEMP TABLE chosen (owner TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (owner, number)) STRICT');
    this.db.exec('BEGIN'); // one state of the workspace, whatever is written meanwhile
  }

  /**
   * Copies the rows of a data set: its finished runs, the comparisons that are saved or judged, and the reports that have only these. `pause` is
   * awaited between slices.
   */
  async copyRows(dataset: string, pause: () => Promise<void>): Promise<ChosenRows> {
    const number = this.db.prepare<[string], number>('SELECT number FROM source.datasets WHERE id = ?').pluck().get(dataset)!;
    this.choose('dataset', 'SELECT ?', number);
    this.choose(
      'comparison',
      `SELECT c.number FROM source.comparisons c JOIN source.runs r ON r.number = c.run WHERE r.dataset = ? AND r.status <> 'running'
         AND c.record IS NOT NULL AND c.removed_ms IS NULL AND (c.saved = 1 OR c.judgement IS NOT NULL OR c.note <> '')`,
      dataset,
    );
    this.choose(
      'run',
      `SELECT number FROM source.runs WHERE dataset = ? AND status <> 'running' AND (removed_ms IS NULL OR number IN (SELECT run FROM source.comparisons
         WHERE number IN (SELECT number FROM temp.chosen WHERE owner = 'comparison')))`,
      dataset,
    );
    this.choose('experiment', `SELECT number FROM source.experiments WHERE dataset = ?`, dataset);
    this.choose(
      'report',
      `SELECT number FROM source.reports r WHERE removed_ms IS NULL AND json_array_length(comparisons) > 0 AND NOT EXISTS (
         SELECT 1 FROM json_each(r.comparisons) WHERE value NOT IN (SELECT 'c' || number FROM temp.chosen WHERE owner = 'comparison'))`,
    );
    this.db.exec(
      "INSERT INTO main.dataset_ids SELECT id FROM source.datasets WHERE number = (SELECT number FROM temp.chosen WHERE owner = 'dataset')",
    );
    for (const [owner, table] of Object.entries(NUMBERED))
      this.db.exec(
        `INSERT INTO main.${table} SELECT * FROM source.${table} WHERE number IN (SELECT number FROM temp.chosen WHERE owner = '${owner}')`,
      );
    for (const { name, where, sliced } of BUNDLED_TABLES) {
      const copy = `INSERT INTO main.${name} SELECT * FROM source.${name} WHERE ${where}`;
      if (sliced) await this.copySlices(copy, number, pause);
      else this.db.exec(copy);
      await pause();
    }
    const configs = this.db.prepare<[], string>('SELECT config FROM main.runs').pluck().all();
    const sources = this.db.prepare<[], string>('SELECT DISTINCT source FROM main.image_judgements').pluck().all();
    const encoders = [
      ...configs.flatMap((config) => fromJson<{ encoder?: { id: string } | null }>(config).encoder?.id ?? []),
      ...sources.flatMap((source) => importedIn(fromJson<EmbeddingSource>(source))),
    ];
    return { runs: this.chosen('run'), comparisons: this.chosen('comparison'), encoders: [...new Set(encoders)] };
  }

  /** Stores a file under a path with slashes. Returns its SHA-256. */
  async addFile(path: string, content: AsyncIterable<Buffer>): Promise<string> {
    const number = ++this.files;
    const insert = this.db.prepare('INSERT INTO bundle_chunks (file, position, data) VALUES (?, ?, ?)');
    this.db.prepare("INSERT INTO bundle_files (number, path, bytes, sha256) VALUES (?, ?, 0, '')").run(number, path);
    const hash = createHash('sha256');
    let bytes = 0;
    let position = 0;
    for await (const part of content) {
      hash.update(part);
      bytes += part.length;
      for (let at = 0; at < part.length; at += CHUNK) insert.run(number, position++, part.subarray(at, at + CHUNK));
    }
    const sha256 = hash.digest('hex');
    this.db.prepare('UPDATE bundle_files SET bytes = ?, sha256 = ? WHERE number = ?').run(bytes, sha256, number);
    return sha256;
  }

  /** Every image of the data set, with its path relative to the data set's folder. */
  images(): { file: string; sha256: string }[] {
    return this.db.prepare<[], { file: string; sha256: string }>('SELECT file, sha256 FROM main.images ORDER BY id').all();
  }

  /** Completes and closes the file. `pause` as of copyRows. */
  async finish(info: Pick<BundleInfo, 'madeMs' | 'version' | 'hasImages'>, pause: () => Promise<void>): Promise<BundleContents> {
    const contents = contentsOf(this.db);
    const stored: StoredInfo = { ...info, rows: await rowChecksum(this.db, pause) };
    this.db.prepare('INSERT INTO bundle_info (record) VALUES (?)').run(toJson(stored));
    this.db.exec('COMMIT');
    this.db.exec('DETACH source');
    this.db.pragma(`application_id = ${BUNDLE_ID}`);
    this.db.close();
    return contents;
  }

  /** Closes an incomplete file, which the caller deletes. */
  abandon(): void {
    this.db.close();
  }

  private async copySlices(copy: string, dataset: number, pause: () => Promise<void>): Promise<void> {
    const last = this.db.prepare<[number], number | null>('SELECT max(id) FROM source.images WHERE dataset = ?').pluck().get(dataset) ?? -1;
    const slice = this.db.prepare<[number, number]>(`${copy} AND id >= ? AND id < ?`);
    for (let from = 0; from <= last; from += SLICE) {
      slice.run(from, from + SLICE);
      await pause();
    }
  }

  private choose(owner: Owner, select: string, ...values: (string | number)[]): void {
    this.db.prepare(`INSERT INTO temp.chosen SELECT '${owner}', * FROM (${select})`).run(...values);
  }

  private chosen(owner: Owner): number[] {
    return this.db.prepare<[string], number>('SELECT number FROM temp.chosen WHERE owner = ? ORDER BY number').pluck().all(owner);
  }
}

/** Counts of a bundle's rows. */
export function contentsOf(db: Db): BundleContents {
  const count = (table: string): number => db.prepare<[], number>(`SELECT count(*) FROM main.${table}`).pluck().get()!;
  const { id, name, root } = db.prepare<[], { id: string; name: string; root: string }>('SELECT id, name, root FROM main.datasets').get()!;
  return {
    ...{ dataset: id, name, root },
    images: count('images'),
    runs: count('runs'),
    comparisons: count('comparisons'),
    reports: count('reports'),
    files: count('bundle_files'),
  };
}

const importedIn = (source: EmbeddingSource): string[] =>
  isRunSource(source) ? [] : [parseEncoderName(source.encoder).imported].filter((id) => id !== null);
