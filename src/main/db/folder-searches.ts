import type { DecisionKind, FolderSearch } from '../../shared/folder-search.ts';
import type { EmbeddingSource } from '../../shared/embedding-source.ts';
import { AppError } from '../../shared/errors.ts';
import type { FindDataset } from './datasets.ts';
import { numberOf } from './ids.ts';
import { fromJson, toJson } from './json.ts';
import type { Db } from './open.ts';

/** An image of the data set and its distance to a query. */
export type Candidate = readonly [image: number, distance: number];

export interface NewFolderSearch {
  dataset: string; // id or name
  folder: string;
  source: EmbeddingSource;
  searched: FolderSearch['searched'];
  queries: { file: string; sha256: string | null; problem: string | null; candidates: readonly Candidate[] }[];
}

export interface StoredFolderQuery {
  file: string; // relative to the folder
  sha256: string;
  candidates: Candidate[]; // nearest first
  decision: DecisionKind | null;
  judgement: string | null; // id, of a decision but 'skipped'
  decidedMs: number | null;
}

/** Folders of images that are looked for in data sets, with the decisions on them. */
export interface FolderSearchStore {
  /** Returns the id. */
  add(search: NewFolderSearch): string;
  /** Those of a data set, newest first. */
  list(dataset: string): FolderSearch[];
  /** Throws AppError 'not-found', also for a removed one. */
  get(id: string): FolderSearch;
  /** The readable files, in order. */
  queries(id: string): StoredFolderQuery[];
  /** Throws AppError 'not-found' for an unknown search or position. */
  query(id: string, position: number): StoredFolderQuery;
  /** The decision on each readable file, in order. */
  decisions(id: string): (DecisionKind | null)[];
  /** `judgement`: id. `decision` null takes the decision back. Throws AppError 'not-found' for an unknown query. */
  decide(id: string, position: number, decision: DecisionKind | null, judgement: string | null): void;
  /** The position and judgement of the query that was decided last; null if none is. */
  lastDecided(id: string): { position: number; judgement: string | null } | null;
  setRemoved(id: string, removed: boolean): void;
  /** The folders of all searches that are not removed. */
  folders(): string[];
}

interface SearchRow {
  number: number;
  dataset: string;
  folder: string;
  source: string;
  searched: string;
  created_ms: number;
}

interface QueryRow {
  file: string;
  sha256: string;
  candidates: string;
  decision: DecisionKind | null;
  judgement: number | null;
  decided_ms: number | null;
}

export function folderSearchStore(db: Db, rowOf: FindDataset): FolderSearchStore {
  const insert = db.prepare(
    'INSERT INTO folder_searches (dataset, folder, source, searched, created_ms) VALUES (@dataset, @folder, @source, @searched, @createdMs)',
  );
  const insertQuery = db.prepare(
    'INSERT INTO folder_queries (search, position, file, sha256, problem, candidates) VALUES (@search, @position, @file, @sha256, @problem, @candidates)',
  );
  const COLUMNS = 's.number, d.id AS dataset, s.folder, s.source, s.searched, s.created_ms';
  const FROM = 'FROM folder_searches s JOIN datasets d ON d.number = s.dataset WHERE s.removed_ms IS NULL';
  const one = db.prepare<[number | null], SearchRow>(`SELECT ${COLUMNS} ${FROM} AND s.number = ?`);
  const ofDataset = db.prepare<[number], SearchRow>(`SELECT ${COLUMNS} ${FROM} AND s.dataset = ? ORDER BY s.number DESC`);
  const counts = db.prepare<[number], { decision: DecisionKind | null; n: number }>(
    'SELECT decision, count(*) AS n FROM folder_queries WHERE search = ? AND sha256 IS NOT NULL GROUP BY decision',
  );
  const unreadable = db.prepare<[number], { file: string; reason: string }>(
    'SELECT file, problem AS reason FROM folder_queries WHERE search = ? AND sha256 IS NULL ORDER BY position',
  );
  const queries = db.prepare<[number | null], QueryRow>('SELECT * FROM folder_queries WHERE search = ? AND sha256 IS NOT NULL ORDER BY position');
  const oneQuery = db.prepare<[number, number], QueryRow>('SELECT * FROM folder_queries WHERE search = ? AND position = ? AND sha256 IS NOT NULL');
  const decisions = db
    .prepare<[number], DecisionKind | null>('SELECT decision FROM folder_queries WHERE search = ? AND sha256 IS NOT NULL ORDER BY position')
    .pluck();
  const decide = db.prepare(
    `UPDATE folder_queries SET decision = @decision, judgement = @judgement, decided_ms = @decidedMs,
       turn = CASE WHEN @decision IS NULL THEN NULL ELSE (SELECT coalesce(max(turn), 0) + 1 FROM folder_queries WHERE search = @search) END
     WHERE search = @search AND position = @position AND sha256 IS NOT NULL`,
  );
  const last = db.prepare<[number | null], { position: number; judgement: number | null }>(
    'SELECT position, judgement FROM folder_queries WHERE search = ? AND turn IS NOT NULL ORDER BY turn DESC LIMIT 1',
  );
  const setRemoved = db.prepare<[number | null, number | null]>('UPDATE folder_searches SET removed_ms = ? WHERE number = ?');
  const folders = db.prepare<[], string>(`SELECT DISTINCT s.folder ${FROM} AND d.removed_ms IS NULL`).pluck();

  const unknown = (id: string): AppError => new AppError('not-found', `There is no search ${id}: it was removed.`, { search: id });
  const rowFor = (id: string): SearchRow => {
    const row = one.get(numberOf('f', id));
    if (row) return row;
    throw unknown(id);
  };
  const searchOf = (row: SearchRow): FolderSearch => {
    const decided = { same: 0, new: 0, skipped: 0 };
    let count = 0;
    for (const { decision, n } of counts.all(row.number)) {
      count += n;
      if (decision !== null) decided[decision] = n;
    }
    return {
      search: `f${row.number}`,
      dataset: row.dataset,
      source: fromJson(row.source),
      folder: row.folder,
      searched: fromJson(row.searched),
      queries: count,
      unreadable: unreadable.all(row.number),
      decided,
      createdMs: row.created_ms,
    };
  };
  const add = ({ dataset, folder, source, searched, queries: files }: NewFolderSearch): string => {
    const { number } = rowOf(dataset);
    const row = { dataset: number, folder, source: toJson(source), searched: toJson(searched), createdMs: Date.now() };
    const search = insert.run(row).lastInsertRowid;
    // Readable files first, so that their positions are those of the queries.
    const ordered = [...files.filter(({ sha256 }) => sha256 !== null), ...files.filter(({ sha256 }) => sha256 === null)];
    for (const [position, file] of ordered.entries()) insertQuery.run({ ...file, search, position, candidates: toJson(file.candidates) });
    return `f${search}`;
  };

  return {
    add: (search) => db.transaction(add).immediate(search),
    list: (dataset) => ofDataset.all(rowOf(dataset).number).map(searchOf),
    get: (id) => searchOf(rowFor(id)),
    queries: (id) => queries.all(rowFor(id).number).map(queryOf),
    query: (id, position) => {
      const row = oneQuery.get(rowFor(id).number, position);
      if (!row) throw noQuery(id, position);
      return queryOf(row);
    },
    decisions: (id) => decisions.all(rowFor(id).number),
    decide: (id, position, decision, judgement) => {
      const values = { decision, judgement: judgement === null ? null : numberOf('i', judgement), decidedMs: decision === null ? null : Date.now() };
      const { changes } = decide.run({ ...values, search: rowFor(id).number, position });
      if (changes !== 1) throw noQuery(id, position);
    },
    lastDecided: (id) => {
      const row = last.get(rowFor(id).number);
      return row ? { position: row.position, judgement: row.judgement === null ? null : `i${row.judgement}` } : null;
    },
    setRemoved: (id, removed) => {
      if (setRemoved.run(removed ? Date.now() : null, numberOf('f', id)).changes !== 1) throw unknown(id);
    },
    folders: () => folders.all(),
  };
}

const queryOf = ({ file, sha256, candidates, decision, judgement, decided_ms: decidedMs }: QueryRow): StoredFolderQuery => ({
  file,
  sha256,
  candidates: fromJson<Candidate[]>(candidates),
  decision,
  judgement: judgement === null ? null : `i${judgement}`,
  decidedMs,
});

const noQuery = (search: string, position: number): AppError =>
  new AppError('not-found', `There is no image ${position + 1} in this search.`, { search, position });
