import type { RunNotes, EpochRow, Metrics, RunRecord, RunStatus } from '../../shared/run.ts';
import { RunConfig } from '../../shared/training-options/schemas.ts';
import { numberOf, notFoundError } from './ids.ts';
import { fromJson, fromJsonOrNull, toJson, toJsonOrNull } from './json.ts';
import type { Db } from './open.ts';

export type NewRun = Pick<RunRecord, 'dataset' | 'snapshot' | 'config' | 'versions' | 'experiment'>;

/** The fields that can change. Epochs and metrics have their own methods; other fields never change. */
export type RunPatch = Partial<
  Pick<
    RunRecord,
    | 'config'
    | 'status'
    | 'bestEpoch'
    | 'calibration'
    | 'validDistances'
    | 'metrics'
    | 'sessions'
    | 'modelSha256'
    | 'seconds'
    | 'versions'
    | 'finishedMs'
    | 'error'
  >
>;

export type AnnotatedRun = RunRecord & RunNotes;

export interface RunStore {
  /** Status 'running'. `dataset` is an id. */
  create(run: NewRun): RunRecord;
  /**
   * Adds the row of an epoch. Deletes existing rows from this epoch on: they are obsolete when a run resumes from an earlier
   * checkpoint.
   */
  appendEpoch(id: string, row: EpochRow): void;
  /** Changes the given fields. */
  update(id: string, patch: RunPatch): RunRecord;
  /** Stores metrics; replaces those of the same split. */
  putMetrics(id: string, metrics: Metrics): RunRecord;
  /** Throws AppError 'not-found' with a list of known ids. */
  get(id: string): RunRecord;
  /** Newest first; removed ones are left out. */
  list(): RunRecord[];
  /** A run with its annotations; includes removed ones. Throws as `get` does. */
  annotated(id: string): AnnotatedRun;
  /** Newest first; removed ones are left out. */
  listAnnotated(): AnnotatedRun[];
  /** Changes the given fields. Removes duplicate tags. */
  annotate(id: string, patch: Partial<RunNotes>): AnnotatedRun;
  /** Hides a run from lists; its comparisons can still read it. */
  remove(id: string): void;
  restore(id: string): void;
  /** Ids of removed runs. */
  removed(): string[];
  /** Whether a run started from this weights file; removed ones count until they are deleted. */
  usesWeights(source: string): boolean;
  /**
   * Removes what describes the network of the run's last end: its metrics, threshold, validation distances and fingerprint. For a run that
   * was resumed and has, or may have, another best network. Thresholds that were chosen stay stored with their network.
   */
  dropFigures(id: string): void;
  /**
   * Marks runs that a dead process left 'running' as 'interrupted', and drops their figures: a resumed one may have another network. Returns
   * their ids. Only the holder of the lock may call it.
   */
  markInterrupted(): string[];
}

interface RunRow {
  number: number;
  dataset: string;
  snapshot: string;
  config: string;
  status: RunStatus;
  best_epoch: number | null;
  calibration: string | null;
  valid_distances: string | null;
  metrics: string;
  warnings: string;
  sessions: string;
  model_sha256: string | null;
  seconds: number;
  versions: string;
  created_ms: number;
  finished_ms: number | null;
  error: string | null;
  name: string;
  tags: string;
  note: string;
  removed_ms: number | null;
  experiment: number | null;
}

/** NaN is NULL in SQLite. */
type MaybeNumber = number | null;

interface EpochDbRow {
  epoch: number;
  loss_train: MaybeNumber;
  loss_valid: MaybeNumber;
  auc_train: MaybeNumber;
  auc_valid: MaybeNumber;
  accuracy_train: MaybeNumber;
  accuracy_valid: MaybeNumber;
  lr: MaybeNumber;
  seconds: MaybeNumber;
  images_per_second: MaybeNumber;
  best: 0 | 1;
}

export function runStore(db: Db): RunStore {
  const insert = db.prepare(`
    INSERT INTO runs (dataset, snapshot, config, status, metrics, warnings, seconds, versions, created_ms, experiment)
    VALUES (@dataset, @snapshot, @config, 'running', '[]', '[]', 0, @versions, @createdMs, @experiment)`);
  const replace = db.prepare(`
    UPDATE runs SET config = @config, status = @status, best_epoch = @bestEpoch, calibration = @calibration,
      valid_distances = @validDistances, metrics = @metrics, sessions = @sessions, model_sha256 = @modelSha256,
      seconds = @seconds, versions = @versions, finished_ms = @finishedMs, error = @error
    WHERE number = @number`);
  const dropEpochs = db.prepare<[number, number]>('DELETE FROM epochs WHERE run = ? AND epoch >= ?');
  const insertEpoch = db.prepare(`
    INSERT INTO epochs (run, epoch, loss_train, loss_valid, auc_train, auc_valid, accuracy_train, accuracy_valid, lr, seconds, images_per_second, best)
    VALUES (@run, @epoch, @lossTrain, @lossValid, @aucTrain, @aucValid, @accuracyTrain, @accuracyValid, @lr, @seconds, @imagesPerSecond, @best)`);
  const one = db.prepare<[number], RunRow>('SELECT * FROM runs WHERE number = ?');
  const all = db.prepare<[], RunRow>('SELECT * FROM runs WHERE removed_ms IS NULL ORDER BY number DESC');
  const numbers = db.prepare<[], number>('SELECT number FROM runs WHERE removed_ms IS NULL ORDER BY number DESC').pluck();
  const epochsOf = db.prepare<[number], EpochDbRow>('SELECT * FROM epochs WHERE run = ? ORDER BY epoch');
  const stillRunning = db.prepare<[], number>(`SELECT number FROM runs WHERE status = 'running' ORDER BY number`).pluck();
  const setNotes = db.prepare<[string, string, string, number]>('UPDATE runs SET name = ?, tags = ?, note = ? WHERE number = ?');
  const setRemoved = db.prepare<[number | null, number]>('UPDATE runs SET removed_ms = ? WHERE number = ?');
  const withWeights = db.prepare<[string], 1>(`SELECT 1 FROM runs WHERE json_extract(config, '$.weights.source') = ? LIMIT 1`).pluck();
  const removedNumbers = db.prepare<[], number>('SELECT number FROM runs WHERE removed_ms IS NOT NULL ORDER BY number').pluck();
  const interrupt = db.prepare<[string, number]>(`UPDATE runs SET status = 'interrupted', error = ? WHERE number = ?`);
  const drop = db.prepare<[number]>(
    `UPDATE runs SET calibration = NULL, valid_distances = NULL, metrics = '[]', model_sha256 = NULL WHERE number = ?`,
  );

  const record = (row: RunRow): RunRecord => ({
    run: `r${row.number}`,
    dataset: row.dataset,
    snapshot: row.snapshot,
    config: RunConfig.parse(fromJson(row.config)), // adds fields that older versions did not store
    status: row.status,
    epochs: epochsOf.all(row.number).map(epochRow),
    bestEpoch: row.best_epoch,
    calibration: fromJsonOrNull(row.calibration),
    validDistances: fromJsonOrNull(row.valid_distances),
    metrics: fromJson(row.metrics),
    warnings: fromJson(row.warnings),
    sessions: fromJson(row.sessions),
    modelSha256: row.model_sha256,
    seconds: row.seconds,
    versions: fromJson(row.versions),
    createdMs: row.created_ms,
    finishedMs: row.finished_ms,
    error: row.error,
    ...(row.experiment !== null && { experiment: `e${row.experiment}` }),
  });

  const rowOf = (id: string): RunRow => {
    const number = numberOf('r', id);
    const row = number === null ? undefined : one.get(number);
    if (row) return row;
    const known = numbers.all().map((n) => `r${n}`);
    throw notFoundError('run', id, known, 'train one on a data set first');
  };

  const annotated = (row: RunRow): AnnotatedRun => ({ ...record(row), name: row.name, tags: fromJson(row.tags), note: row.note });

  const annotate = (id: string, patch: Partial<RunNotes>): AnnotatedRun => {
    const run = annotated(rowOf(id));
    const { name, tags, note } = { ...run, ...patch };
    setNotes.run(name, toJson([...new Set(tags)]), note, numberOf('r', id)!);
    return annotated(rowOf(id));
  };

  const write = (run: RunRecord): RunRecord => {
    replace.run({
      number: numberOf('r', run.run),
      config: toJson(run.config),
      status: run.status,
      bestEpoch: run.bestEpoch,
      calibration: toJsonOrNull(run.calibration),
      validDistances: toJsonOrNull(run.validDistances),
      metrics: toJson(run.metrics),
      sessions: toJson(run.sessions),
      modelSha256: run.modelSha256,
      seconds: run.seconds,
      versions: toJson(run.versions),
      finishedMs: run.finishedMs,
      error: run.error,
    });
    return run;
  };

  const update = (id: string, patch: RunPatch): RunRecord => write({ ...record(rowOf(id)), ...patch });

  const putMetrics = (id: string, metrics: Metrics): RunRecord => {
    const run = record(rowOf(id));
    return write({ ...run, metrics: [...run.metrics.filter(({ split }) => split !== metrics.split), metrics] });
  };

  const appendEpoch = (id: string, row: EpochRow): void => {
    const { number } = rowOf(id);
    dropEpochs.run(number, row.epoch);
    insertEpoch.run({ ...row, run: number, best: row.best ? 1 : 0 });
  };

  const markInterrupted = (): string[] =>
    stillRunning.all().map((number) => {
      interrupt.run('Twinlens stopped before this run finished. Resume it from its last complete epoch.', number);
      drop.run(number);
      return `r${number}`;
    });

  return {
    create: ({ dataset, snapshot, config, versions, experiment }) => {
      const row = { dataset, snapshot, config: toJson(config), versions: toJson(versions), createdMs: Date.now() };
      const { lastInsertRowid } = insert.run({ ...row, experiment: experiment === undefined ? null : numberOf('e', experiment) });
      return record(rowOf(`r${lastInsertRowid}`));
    },
    appendEpoch: (id, row) => db.transaction(appendEpoch).immediate(id, row),
    update: (id, patch) => db.transaction(update).immediate(id, patch),
    putMetrics: (id, metrics) => db.transaction(putMetrics).immediate(id, metrics),
    dropFigures: (id) => void drop.run(rowOf(id).number),
    get: (id) => record(rowOf(id)),
    list: () => all.all().map(record),
    annotated: (id) => annotated(rowOf(id)),
    listAnnotated: () => all.all().map(annotated),
    annotate: (id, patch) => db.transaction(annotate).immediate(id, patch),
    remove: (id) => void setRemoved.run(Date.now(), rowOf(id).number),
    restore: (id) => void setRemoved.run(null, rowOf(id).number),
    removed: () => removedNumbers.all().map((number) => `r${number}`),
    usesWeights: (source) => withWeights.get(source) !== undefined,
    markInterrupted: () => db.transaction(markInterrupted).immediate(),
  };
}

function epochRow(row: EpochDbRow): EpochRow {
  return {
    epoch: row.epoch,
    lossTrain: row.loss_train ?? NaN,
    lossValid: row.loss_valid ?? NaN,
    aucTrain: row.auc_train ?? NaN,
    aucValid: row.auc_valid ?? NaN,
    accuracyTrain: row.accuracy_train ?? NaN,
    accuracyValid: row.accuracy_valid ?? NaN,
    lr: row.lr ?? NaN,
    seconds: row.seconds ?? NaN,
    imagesPerSecond: row.images_per_second ?? NaN,
    best: row.best === 1,
  };
}
