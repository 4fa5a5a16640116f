import type { EncoderComparison } from '../../shared/encoder-comparison.ts';
import { relationKey } from '../../shared/pair-relation.ts';
import { fromJson, toJson } from './json.ts';
import type { Db } from './open.ts';

export type NewEncoderComparison = Omit<EncoderComparison, 'comparison' | 'createdMs'>;

/** Encoders compared on the validation pairs of data sets. */
export interface EncoderComparisonStore {
  add(comparison: NewEncoderComparison): EncoderComparison;
  /** Those of a data set, newest first. */
  list(dataset: string): EncoderComparison[];
}

interface Row {
  number: number;
  record: string;
  created_ms: number;
}

export function encoderComparisonStore(db: Db): EncoderComparisonStore {
  const insert = db.prepare(
    'INSERT INTO encoder_comparisons (dataset, relation, record, created_ms) VALUES (@dataset, @relation, @record, @createdMs)',
  );
  const ofDataset = db.prepare<[string], Row>('SELECT number, record, created_ms FROM encoder_comparisons WHERE dataset = ? ORDER BY number DESC');
  return {
    add: (comparison) => {
      const createdMs = Date.now();
      const { dataset, relation } = comparison;
      const { lastInsertRowid } = insert.run({ dataset, relation: relationKey(relation), record: toJson(comparison), createdMs });
      return { ...comparison, comparison: `b${lastInsertRowid}`, createdMs };
    },
    list: (dataset) =>
      ofDataset
        .all(dataset)
        .map(({ number, record, created_ms }) => ({ ...fromJson<NewEncoderComparison>(record), comparison: `b${number}`, createdMs: created_ms })),
  };
}
