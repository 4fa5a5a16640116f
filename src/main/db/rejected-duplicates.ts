import type { RejectedPair } from '../../shared/duplicates.ts';
import { AppError } from '../../shared/errors.ts';
import type { FindDataset } from './datasets.ts';
import type { Db } from './open.ts';

/** Pairs of images of a data set, by its id or name, that a person said are no duplicates. */
export interface RejectedDuplicatesStore {
  list(dataset: string): RejectedPair[];
  /** Throws AppError 'not-found' for an image that the data set does not have. */
  set(dataset: string, pairs: readonly RejectedPair[], rejected: boolean): void;
}

export function rejectedDuplicatesStore(db: Db, rowOf: FindDataset): RejectedDuplicatesStore {
  const list = db.prepare<[number], RejectedPair>('SELECT a, b FROM rejected_duplicates WHERE dataset = ? ORDER BY a, b').raw();
  const PAIRS = `SELECT min(value ->> 0, value ->> 1) AS a, max(value ->> 0, value ->> 1) AS b FROM json_each(@pairs)`;
  const add = db.prepare(`INSERT OR IGNORE INTO rejected_duplicates
    SELECT @dataset, a, b, @nowMs FROM (${PAIRS}) WHERE a < b`);
  const unknown = db
    .prepare<[object], number>('SELECT value FROM json_each(@ids) WHERE value NOT IN (SELECT id FROM images WHERE dataset = @dataset) LIMIT 1')
    .pluck();
  const remove = db.prepare(`DELETE FROM rejected_duplicates WHERE dataset = @dataset AND (a, b) IN (${PAIRS})`);
  return {
    list: (dataset) => list.all(rowOf(dataset).number),
    set: (dataset, pairs, rejected) => {
      const { number } = rowOf(dataset);
      const image = unknown.get({ dataset: number, ids: JSON.stringify([...new Set(pairs.flat())]) });
      if (image !== undefined) throw new AppError('not-found', `There is no image ${image} in this data set.`, { dataset, image });
      const parameters = { dataset: number, pairs: JSON.stringify(pairs) };
      if (rejected) add.run({ ...parameters, nowMs: Date.now() });
      else remove.run(parameters);
    },
  };
}
