import type { Comparison } from '../../shared/comparison.ts';
import { AppError } from '../../shared/errors.ts';
import { numberOf, unknown } from './ids.ts';
import { fromJson, toJson } from './json.ts';
import type { Db } from './open.ts';

export interface ComparisonStore {
  /** A new id, never given before or again, under which the maps can be written before the record is. */
  reserve(): string;
  /** Stores a record under its reserved id; a record that stands there stays as it is and the call throws. */
  insert(comparison: Comparison): void;
  /** Throws AppError 'not-found' with a list of those there are. */
  get(id: string): Comparison;
  /** Newest first. */
  list(): Comparison[];
}

export function comparisonStore(db: Db): ComparisonStore {
  const reserve = db.prepare<[number]>('INSERT INTO comparisons (created_ms) VALUES (?)');
  const fill = db.prepare('UPDATE comparisons SET run = @run, created_ms = @createdMs, record = @record WHERE number = @number AND record IS NULL');
  const one = db.prepare<[number], string>('SELECT record FROM comparisons WHERE number = ? AND record IS NOT NULL').pluck();
  const all = db.prepare<[], string>('SELECT record FROM comparisons WHERE record IS NOT NULL ORDER BY number DESC').pluck();
  const numbers = db.prepare<[], number>('SELECT number FROM comparisons WHERE record IS NOT NULL ORDER BY number DESC').pluck();

  return {
    reserve: () => `c${reserve.run(Date.now()).lastInsertRowid}`,
    insert: (comparison) => {
      const { comparison: id, run, createdMs } = comparison;
      const { changes } = fill.run({ number: numberOf('c', id), run: numberOf('r', run), createdMs, record: toJson(comparison) });
      if (changes !== 1) throw new AppError('internal', `The comparison ${id} was not reserved, or is stored already.`, { id });
    },
    get: (id) => {
      const number = numberOf('c', id);
      const record = number === null ? undefined : one.get(number);
      if (record !== undefined) return fromJson(record);
      const known = numbers.all().map((n) => `c${n}`);
      throw unknown('comparison', id, known, 'compare two images first');
    },
    list: () => all.all().map((record) => fromJson<Comparison>(record)),
  };
}
