import type { Comparison, ExplainTarget, ComparisonRow, Judgement } from '../../shared/comparison.ts';
import { AppError } from '../../shared/errors.ts';
import { numberOf, notFoundError } from './ids.ts';
import { fromJson, toJson } from './json.ts';
import type { Db } from './open.ts';

/** The key of a comparison: a repeated request returns the stored one. */
export interface ComparisonKey {
  run: string;
  sha256: [string, string]; // of A and B; the other way round is another comparison
  target: ExplainTarget;
  layer: string;
  modelSha256: string;
}

export type ComparisonNotes = { [K in 'saved' | 'judgement' | 'note']?: ComparisonRow[K] | undefined };

export interface ComparisonStore {
  /** A new id, never given before or again, under which the maps can be written before the record is. */
  reserve(): string;
  /** Stores a record under its reserved id. Throws, and changes nothing, if the id has a record. */
  insert(comparison: Comparison, o?: { saved: boolean }): void;
  /** Also one that was removed, until it is purged. Throws AppError 'not-found' with a list of those there are. */
  get(id: string): ComparisonRow;
  /** Newest first, removed ones left out. */
  list(o?: { saved?: boolean | undefined }): ComparisonRow[];
  /** The newest one with this key that is not removed. */
  find(key: ComparisonKey): ComparisonRow | null;
  /** Whether any compares the image at this path. */
  includesFile(file: string): boolean;
  /** Changes what is named. A judgement or a note saves the comparison, unless `saved` says otherwise. */
  annotate(id: string, notes: ComparisonNotes): ComparisonRow;
  /** Takes it off the list; all of it stays until `purge`. */
  remove(id: string): void;
  restore(id: string): void;
  /** Deletes what was removed or never saved, judged or noted, but for those in `kept`. Returns their ids. */
  purge(kept: ReadonlySet<string>): string[];
}

interface Row {
  number: number;
  record: string;
  saved: 0 | 1;
  judgement: Judgement | null;
  note: string;
}

const COLUMNS = 'number, record, saved, judgement, note';
const FIRST = `json_extract(record, '$.images[0].sha256')`; // as the index has them
const SECOND = `json_extract(record, '$.images[1].sha256')`;

export function comparisonStore(db: Db): ComparisonStore {
  const reserve = db.prepare<[number]>('INSERT INTO comparisons (created_ms) VALUES (?)');
  const fill = db.prepare(
    'UPDATE comparisons SET run = @run, created_ms = @createdMs, record = @record, saved = @saved WHERE number = @number AND record IS NULL',
  );
  const one = db.prepare<[number], Row>(`SELECT ${COLUMNS} FROM comparisons WHERE number = ? AND record IS NOT NULL`);
  const all = db.prepare<[number], Row>(
    `SELECT ${COLUMNS} FROM comparisons WHERE record IS NOT NULL AND removed_ms IS NULL AND saved >= ? ORDER BY number DESC`,
  );
  const unsaved = db.prepare<[], Row>(
    `SELECT ${COLUMNS} FROM comparisons WHERE record IS NOT NULL AND removed_ms IS NULL AND saved = 0 ORDER BY number DESC`,
  );
  const ofPair = db.prepare<[number | null, string, string], Row>(
    `SELECT ${COLUMNS} FROM comparisons WHERE run = ? AND ${FIRST} = ? AND ${SECOND} = ? AND removed_ms IS NULL ORDER BY number DESC`,
  );
  const naming = db.prepare<[string, string]>(
    `SELECT 1 FROM comparisons WHERE json_extract(record, '$.images[0].file') = ? OR json_extract(record, '$.images[1].file') = ? LIMIT 1`,
  );
  const numbers = db
    .prepare<[], number>('SELECT number FROM comparisons WHERE record IS NOT NULL AND removed_ms IS NULL ORDER BY number DESC')
    .pluck();
  const note = db.prepare('UPDATE comparisons SET saved = @saved, judgement = @judgement, note = @note WHERE number = @number');
  const setRemoved = db.prepare<[number | null, number]>('UPDATE comparisons SET removed_ms = ? WHERE number = ?');
  const loose = db
    .prepare<[], number>(
      `SELECT number FROM comparisons WHERE removed_ms IS NOT NULL OR record IS NULL OR (saved = 0 AND judgement IS NULL AND note = '') ORDER BY number`,
    )
    .pluck();
  const drop = db.prepare<[number]>('DELETE FROM comparisons WHERE number = ?');

  const rowOf = ({ record, saved, judgement, note: text }: Row): ComparisonRow => ({
    ...fromJson<Comparison>(record),
    saved: saved === 1,
    judgement,
    note: text,
  });
  const known = (id: string): Row => {
    const number = numberOf('c', id);
    const row = number === null ? undefined : one.get(number);
    if (row) return row;
    const there = numbers.all().map((n) => `c${n}`);
    throw notFoundError('comparison', id, there, 'compare two images first');
  };

  const annotate: ComparisonStore['annotate'] = (id, given) => {
    const row = known(id);
    const before = rowOf(row);
    const speaks = Boolean(given.judgement) || Boolean(given.note?.trim());
    const next = {
      saved: given.saved ?? (before.saved || speaks),
      judgement: given.judgement === undefined ? before.judgement : given.judgement,
      note: given.note ?? before.note,
    };
    note.run({ ...next, saved: next.saved ? 1 : 0, number: row.number });
    return { ...before, ...next };
  };

  const purge = (kept: ReadonlySet<string>): string[] => {
    const gone = loose.all().filter((number) => !kept.has(`c${number}`));
    for (const number of gone) drop.run(number);
    return gone.map((number) => `c${number}`);
  };

  return {
    reserve: () => `c${reserve.run(Date.now()).lastInsertRowid}`,
    insert: ({ comparison: id, run, createdMs, ...rest }, { saved } = { saved: true }) => {
      const record = toJson({ comparison: id, run, createdMs, ...rest });
      const { changes } = fill.run({ number: numberOf('c', id), run: numberOf('r', run), createdMs, record, saved: saved ? 1 : 0 });
      if (changes !== 1) throw new AppError('internal', `The comparison ${id} was not reserved, or is stored already.`, { id });
    },
    get: (id) => rowOf(known(id)),
    list: ({ saved } = {}) => (saved === false ? unsaved.all() : all.all(saved ? 1 : 0)).map(rowOf),
    find: ({ run, sha256: [a, b], target, layer, modelSha256 }) => {
      const rows = ofPair.all(numberOf('r', run), a, b).map(rowOf);
      return rows.find((c) => c.target === target && c.layer === layer && c.modelSha256 === modelSha256) ?? null;
    },
    includesFile: (file) => naming.get(file, file) !== undefined,
    annotate: (id, given) => db.transaction(annotate).immediate(id, given),
    remove: (id) => void setRemoved.run(Date.now(), known(id).number),
    restore: (id) => void setRemoved.run(null, known(id).number),
    purge: (kept) => db.transaction(purge).immediate(kept),
  };
}
