import type { EmbeddingSource } from '../../shared/embedding-source.ts';
import { AppError } from '../../shared/errors.ts';
import type { ImageJudgement, StoredImageJudgement } from '../../shared/similar.ts';
import type { FindDataset } from './datasets.ts';
import { numberOf } from './ids.ts';
import { fromJson, toJson } from './json.ts';
import type { Db } from './open.ts';

export type NewStoredJudgement = Omit<StoredImageJudgement, 'id' | 'createdMs'>;

/** What persons say of two images; see StoredImageJudgement. */
export interface ImageJudgementStore {
  /** Returns the id. `dataset`: id or name. */
  add(dataset: string, judgement: NewStoredJudgement): string;
  /** Takes a judgement out of force, or puts it back. Throws AppError 'not-found' for one that another data set has or none. */
  setUndone(dataset: string, id: string, undone: boolean): void;
  /** Throws AppError 'not-found'. */
  get(dataset: string, id: string): StoredImageJudgement;
  /** Those of a data set that are not undone, oldest first. */
  list(dataset: string): StoredImageJudgement[];
}

interface Row {
  number: number;
  query: string;
  query_file: string;
  partner: string | null;
  partner_file: string | null;
  judgement: ImageJudgement | null;
  source: string;
  distance: number | null;
  rank: number | null;
  created_ms: number;
}

export function imageJudgementStore(db: Db, rowOf: FindDataset): ImageJudgementStore {
  const insert = db.prepare(
    `INSERT INTO image_judgements (dataset, query, query_file, partner, partner_file, judgement, source, distance, rank, created_ms)
     VALUES (@dataset, @query, @queryFile, @partner, @partnerFile, @judgement, @source, @distance, @rank, @createdMs)`,
  );
  const setUndone = db.prepare<[number | null, number | null, number]>('UPDATE image_judgements SET undone_ms = ? WHERE number = ? AND dataset = ?');
  const all = db.prepare<[number], Row>('SELECT * FROM image_judgements WHERE dataset = ? AND undone_ms IS NULL ORDER BY number');
  const one = db.prepare<[number, number | null], Row>('SELECT * FROM image_judgements WHERE dataset = ? AND number = ?');
  const unknown = (dataset: string, id: string): AppError =>
    new AppError('not-found', `There is no judgement ${id} in this data set.`, { dataset, id });
  return {
    add: (dataset, judgement) => {
      const row = { ...judgement, dataset: rowOf(dataset).number, source: toJson(judgement.source), createdMs: Date.now() };
      return `i${insert.run(row).lastInsertRowid}`;
    },
    setUndone: (dataset, id, undone) => {
      const { changes } = setUndone.run(undone ? Date.now() : null, numberOf('i', id), rowOf(dataset).number);
      if (changes !== 1) throw unknown(dataset, id);
    },
    get: (dataset, id) => {
      const row = one.get(rowOf(dataset).number, numberOf('i', id));
      if (!row) throw unknown(dataset, id);
      return judgementOf(row);
    },
    list: (dataset) => all.all(rowOf(dataset).number).map(judgementOf),
  };
}

const judgementOf = (row: Row): StoredImageJudgement => ({
  id: `i${row.number}`,
  query: row.query,
  queryFile: row.query_file,
  partner: row.partner,
  partnerFile: row.partner_file,
  judgement: row.judgement,
  source: fromJson<EmbeddingSource>(row.source),
  distance: row.distance,
  rank: row.rank,
  createdMs: row.created_ms,
});
