import type { Comparison, ExplainTarget, ComparisonRow, Judgement } from '../../shared/comparison.ts';
import { AppError } from '../../shared/errors.ts';
import { LEGACY_METHOD, type MethodName } from '../../shared/explanation-methods.ts';
import { type FaithfulnessCheck, RECIPE } from '../../shared/faithfulness.ts';
import { FLIP_RECIPE, type FlipTest } from '../../shared/flip.ts';
import { numberOf, notFoundError } from './ids.ts';
import { fromJson, toJson } from './json.ts';
import type { Db } from './open.ts';

/** Identifies a comparison, so that a repeated request returns the stored one. */
export interface ComparisonKey {
  run: string;
  sha256: [string, string]; // of A and B; the reverse order is a different comparison
  target: ExplainTarget;
  method: MethodName;
  layer: string;
  modelSha256: string;
}

/** Fields of a record that change after it is stored. */
export type ComparisonPatch = Partial<Pick<Comparison, 'shownScale' | 'overlayScale'>>;

export type ComparisonNotes = { [K in 'saved' | 'judgement' | 'note']?: ComparisonRow[K] | undefined };

export interface ComparisonStore {
  /** Reserves an id, never to be reused. The maps are written under it before the record exists. */
  reserve(): string;
  /** Stores a record under its reserved id. Throws, and changes nothing, if the id has a record. */
  insert(comparison: Comparison, o?: { saved: boolean }): void;
  /** Includes removed ones until `purge`. Throws AppError 'not-found' with a list of known ids. */
  get(id: string): ComparisonRow;
  /** Newest first, without removed ones. */
  list(o?: { saved?: boolean | undefined }): ComparisonRow[];
  /** The newest comparison with this key that is not removed and was judged as `isCurrent` says. */
  find(key: ComparisonKey, isCurrent?: (row: ComparisonRow) => boolean): ComparisonRow | null;
  /** Whether any comparison has the image at this path. */
  includesFile(file: string): boolean;
  /** Changes the given fields. A judgement or a note also saves the comparison, unless `saved` is given. */
  annotate(id: string, notes: ComparisonNotes): ComparisonRow;
  /** Changes fields of the record. */
  update(id: string, patch: ComparisonPatch): ComparisonRow;
  /** Stores the check of its maps; replaces an earlier one. Does nothing if the comparison was deleted meanwhile. */
  putCheck(id: string, check: FaithfulnessCheck): void;
  /** Stores its flip test, as putCheck does a check. */
  putFlip(id: string, flip: FlipTest): void;
  /** Hides a comparison; its data stays until `purge`. */
  remove(id: string): void;
  restore(id: string): void;
  /**
   * Deletes comparisons that were removed, or are unsaved without judgement, note and what-if edit, except those in `retained`. Returns
   * their ids.
   */
  purge(retained: ReadonlySet<string>): string[];
}

interface Row {
  number: number;
  record: string;
  saved: 0 | 1;
  judgement: Judgement | null;
  note: string;
  checked: string | null; // JSON: FaithfulnessCheck
  flipped: string | null; // JSON: FlipTest
}

/** The JSON of a record. Those of versions without a choice of methods have none. */
type StoredComparison = Omit<Comparison, 'method'> & Partial<Pick<Comparison, 'method'>>;

const withMethod = (stored: StoredComparison): Comparison => ({ ...stored, method: stored.method ?? LEGACY_METHOD });

const CHECK = `(SELECT c.record FROM map_checks c WHERE c.comparison = comparisons.number AND c.recipe = ${RECIPE})`;
const FLIP = `(SELECT f.record FROM flip_tests f WHERE f.comparison = comparisons.number AND f.recipe = ${FLIP_RECIPE})`;
const COLUMNS = `number, record, saved, judgement, note, ${CHECK} AS checked, ${FLIP} AS flipped`;
const FIRST = `json_extract(record, '$.images[0].sha256')`; // must equal the expressions of the index
const SECOND = `json_extract(record, '$.images[1].sha256')`;

/**
 * Records with a distance. Versions before 0.2 stored NaN, as an object (see toJson), when a network file was damaged: such a record
 * has no verdict, so it is not listed.
 */
const HAS_DISTANCE = `json_type(record, '$.distance') IN ('real', 'integer')`; // NULL without a record

export function comparisonStore(db: Db): ComparisonStore {
  const reserve = db.prepare<[number]>('INSERT INTO comparisons (created_ms) VALUES (?)');
  const fill = db.prepare(
    'UPDATE comparisons SET run = @run, created_ms = @createdMs, record = @record, saved = @saved WHERE number = @number AND record IS NULL',
  );
  const one = db.prepare<[number], Row & { usable: 0 | 1 }>(
    `SELECT ${COLUMNS}, ${HAS_DISTANCE} AS usable FROM comparisons WHERE number = ? AND record IS NOT NULL`,
  );
  const all = db.prepare<[number], Row>(
    `SELECT ${COLUMNS} FROM comparisons WHERE ${HAS_DISTANCE} AND removed_ms IS NULL AND saved >= ? ORDER BY number DESC`,
  );
  const unsaved = db.prepare<[], Row>(
    `SELECT ${COLUMNS} FROM comparisons WHERE ${HAS_DISTANCE} AND removed_ms IS NULL AND saved = 0 ORDER BY number DESC`,
  );
  const ofPair = db.prepare<[number | null, string, string], Row>(
    `SELECT ${COLUMNS} FROM comparisons WHERE run = ? AND ${FIRST} = ? AND ${SECOND} = ? AND ${HAS_DISTANCE} AND removed_ms IS NULL ORDER BY number DESC`,
  );
  const withFile = db.prepare<[string, string]>(
    `SELECT 1 FROM comparisons WHERE json_extract(record, '$.images[0].file') = ? OR json_extract(record, '$.images[1].file') = ? LIMIT 1`,
  );
  const numbers = db.prepare<[], number>(`SELECT number FROM comparisons WHERE ${HAS_DISTANCE} AND removed_ms IS NULL ORDER BY number DESC`).pluck();
  const note = db.prepare('UPDATE comparisons SET saved = @saved, judgement = @judgement, note = @note WHERE number = @number');
  const setRecord = db.prepare<[string, number]>('UPDATE comparisons SET record = ? WHERE number = ?');
  const setRemoved = db.prepare<[number | null, number]>('UPDATE comparisons SET removed_ms = ? WHERE number = ?');
  const deletable = db
    .prepare<[], number>(
      `SELECT number FROM comparisons WHERE removed_ms IS NOT NULL OR record IS NULL OR (saved = 0 AND judgement IS NULL AND note = ''
        AND number NOT IN (SELECT comparison FROM what_ifs UNION SELECT comparison FROM what_if_drafts)) ORDER BY number`,
    )
    .pluck();
  const drop = db.prepare<[number]>('DELETE FROM comparisons WHERE number = ?');
  const [replaceCheck, replaceFlip] = ['map_checks', 'flip_tests'].map((table) =>
    db.prepare<[object]>(
      `INSERT OR REPLACE INTO ${table} SELECT number, @recipe, @record FROM comparisons WHERE number = @number AND record IS NOT NULL`,
    ),
  );

  const rowOf = ({ record, saved, judgement, note: text, checked, flipped }: Row): ComparisonRow => ({
    ...withMethod(fromJson<StoredComparison>(record)),
    saved: saved === 1,
    judgement,
    note: text,
    ...(checked !== null && { check: fromJson<FaithfulnessCheck>(checked) }),
    ...(flipped !== null && { flip: fromJson<FlipTest>(flipped) }),
  });
  const findRow = (id: string): Row => {
    const number = numberOf('c', id);
    const row = number === null ? undefined : one.get(number);
    if (row?.usable === 1) return row;
    if (row) {
      throw new AppError('not-found', `Comparison ${id} has no distance: its network was damaged. Compare the two images again.`, { comparison: id });
    }
    const knownIds = numbers.all().map((n) => `c${n}`);
    throw notFoundError('comparison', id, knownIds, 'compare two images first');
  };

  const annotate: ComparisonStore['annotate'] = (id, given) => {
    const row = findRow(id);
    const before = rowOf(row);
    const hasComment = Boolean(given.judgement) || Boolean(given.note?.trim());
    const next = {
      saved: given.saved ?? (before.saved || hasComment),
      judgement: given.judgement === undefined ? before.judgement : given.judgement,
      note: given.note ?? before.note,
    };
    note.run({ ...next, saved: next.saved ? 1 : 0, number: row.number });
    return { ...before, ...next };
  };

  const update = (id: string, patch: ComparisonPatch): ComparisonRow => {
    const row = findRow(id);
    setRecord.run(toJson({ ...fromJson<Comparison>(row.record), ...patch }), row.number);
    return { ...rowOf(row), ...patch };
  };

  const purge = (retained: ReadonlySet<string>): string[] => {
    const deletedNumbers = deletable.all().filter((number) => !retained.has(`c${number}`));
    for (const number of deletedNumbers) drop.run(number);
    return deletedNumbers.map((number) => `c${number}`);
  };

  return {
    reserve: () => `c${reserve.run(Date.now()).lastInsertRowid}`,
    insert: ({ comparison: id, run, createdMs, ...rest }, { saved } = { saved: true }) => {
      const record = toJson({ comparison: id, run, createdMs, ...rest });
      const { changes } = fill.run({ number: numberOf('c', id), run: numberOf('r', run), createdMs, record, saved: saved ? 1 : 0 });
      if (changes !== 1) throw new AppError('internal', `The comparison ${id} was not reserved, or is stored already.`, { id });
    },
    get: (id) => rowOf(findRow(id)),
    list: ({ saved } = {}) => (saved === false ? unsaved.all() : all.all(saved ? 1 : 0)).map(rowOf),
    find: ({ run, sha256: [a, b], target, method, layer, modelSha256 }, isCurrent = () => true) => {
      const rows = ofPair.all(numberOf('r', run), a, b).map(rowOf);
      return (
        rows.find((c) => c.target === target && c.method === method && c.layer === layer && c.modelSha256 === modelSha256 && isCurrent(c)) ?? null
      );
    },
    includesFile: (file) => withFile.get(file, file) !== undefined,
    update: (id, patch) => db.transaction(update).immediate(id, patch),
    annotate: (id, given) => db.transaction(annotate).immediate(id, given),
    putCheck: (id, check) => void replaceCheck!.run({ number: numberOf('c', id), recipe: check.recipe, record: toJson(check) }),
    putFlip: (id, flip) => void replaceFlip!.run({ number: numberOf('c', id), recipe: flip.recipe, record: toJson(flip) }),
    remove: (id) => void setRemoved.run(Date.now(), findRow(id).number),
    restore: (id) => void setRemoved.run(null, findRow(id).number),
    purge: (retained) => db.transaction(purge).immediate(retained),
  };
}
