import type { ExperimentRecord } from '../../shared/experiment.ts';
import type { RunNotes } from '../../shared/run.ts';
import { RunConfig } from '../../shared/training-options/schemas.ts';
import { notFoundError, numberOf } from './ids.ts';
import { fromJson, toJson } from './json.ts';
import type { Db } from './open.ts';

export type AnnotatedExperiment = ExperimentRecord & RunNotes;

/** A run of an experiment, whether it is removed or not. */
export interface RunOfExperiment {
  run: string; // id
  removed: boolean;
}

export interface ExperimentStore {
  create(experiment: Omit<ExperimentRecord, 'experiment' | 'createdMs'>): ExperimentRecord;
  /** Throws AppError 'not-found' with a list of known ids. */
  get(id: string): AnnotatedExperiment;
  /** Newest first. */
  list(): AnnotatedExperiment[];
  /** In the order of their creation. */
  runsOf(id: string): RunOfExperiment[];
  /** Changes the given fields. Removes duplicate tags. */
  annotate(id: string, patch: Partial<RunNotes>): void;
}

interface Row {
  number: number;
  dataset: string;
  snapshot: string;
  config: string;
  seeds: string;
  name: string;
  tags: string;
  note: string;
  created_ms: number;
}

export function experimentStore(db: Db): ExperimentStore {
  const insert = db.prepare(
    'INSERT INTO experiments (dataset, snapshot, config, seeds, created_ms) VALUES (@dataset, @snapshot, @config, @seeds, @createdMs)',
  );
  const one = db.prepare<[number], Row>('SELECT * FROM experiments WHERE number = ?');
  const all = db.prepare<[], Row>('SELECT * FROM experiments ORDER BY number DESC');
  const runs = db.prepare<[number], { number: number; removed_ms: number | null }>(
    'SELECT number, removed_ms FROM runs WHERE experiment = ? ORDER BY number',
  );
  const setNotes = db.prepare<[string, string, string, number]>('UPDATE experiments SET name = ?, tags = ?, note = ? WHERE number = ?');

  const annotated = ({ number, config, seeds, tags, created_ms, ...rest }: Row): AnnotatedExperiment => ({
    ...rest,
    experiment: `e${number}`,
    config: RunConfig.parse(fromJson(config)), // adds fields that older versions did not store
    seeds: fromJson(seeds),
    tags: fromJson(tags),
    createdMs: created_ms,
  });
  const rowOf = (id: string): Row => {
    const number = numberOf('e', id);
    const row = number === null ? undefined : one.get(number);
    if (row) return row;
    const known = all.all().map((found) => `e${found.number}`);
    throw notFoundError('experiment', id, known, 'train on a data set with several seeds first');
  };
  const annotate = (id: string, patch: Partial<RunNotes>): void => {
    const { name, tags, note } = { ...annotated(rowOf(id)), ...patch };
    setNotes.run(name, toJson([...new Set(tags)]), note, numberOf('e', id)!);
  };
  return {
    create: ({ dataset, snapshot, config, seeds }) => {
      const row = { dataset, snapshot, config: toJson(config), seeds: toJson(seeds), createdMs: Date.now() };
      return annotated(rowOf(`e${insert.run(row).lastInsertRowid}`));
    },
    get: (id) => annotated(rowOf(id)),
    list: () => all.all().map(annotated),
    runsOf: (id) => runs.all(rowOf(id).number).map(({ number, removed_ms }) => ({ run: `r${number}`, removed: removed_ms !== null })),
    annotate: (id, patch) => db.transaction(annotate).immediate(id, patch),
  };
}
