import { Buffer } from 'node:buffer';
import { type EmbeddingSource, sourceKey } from '../../shared/embedding-source.ts';
import type { LabelCheck, LabelColumns } from '../../shared/labels.ts';
import type { FindDataset } from './datasets.ts';
import { fromJson, toJson } from './json.ts';
import type { Db } from './open.ts';

/** A label that a person says is right. It stands as long as the image has this class. */
export interface ConfirmedLabel {
  image: number; // id
  className: string;
}

/** Checks of the labels of data sets, and labels that persons confirmed. `dataset`: id or name. */
export interface LabelCheckStore {
  /** The last one with this source; null before the first. */
  get(dataset: string, source: EmbeddingSource): { check: LabelCheck; columns: LabelColumns } | null;
  /** Replaces the last one of its data set and source. */
  put(check: LabelCheck, columns: LabelColumns): void;
  confirm(dataset: string, labels: readonly ConfirmedLabel[]): void;
  takeBack(dataset: string, labels: readonly ConfirmedLabel[]): void;
  /** By image. */
  confirmed(dataset: string): ConfirmedLabel[];
}

interface Row {
  record: string;
  columns: Buffer;
}

export function labelCheckStore(db: Db, rowOf: FindDataset): LabelCheckStore {
  const one = db.prepare<[number, string], Row>('SELECT record, columns FROM label_checks WHERE dataset = ? AND source = ?');
  const replace = db.prepare('INSERT OR REPLACE INTO label_checks (dataset, source, record, columns) VALUES (?, ?, ?, ?)');
  const add = db.prepare('INSERT OR IGNORE INTO confirmed_labels (dataset, image, class, created_ms) VALUES (?, ?, ?, ?)');
  const remove = db.prepare('DELETE FROM confirmed_labels WHERE dataset = ? AND image = ? AND class = ?');
  const all = db.prepare<[number], ConfirmedLabel>('SELECT image, class AS className FROM confirmed_labels WHERE dataset = ? ORDER BY image, class');
  const eachOf = db.transaction((labels: readonly ConfirmedLabel[], change: (label: ConfirmedLabel) => void) => labels.forEach(change));
  return {
    get: (dataset, source) => {
      const row = one.get(rowOf(dataset).number, sourceKey(source));
      return row ? { check: fromJson<LabelCheck>(row.record), columns: unpack(row.columns) } : null;
    },
    put: (check, columns) => void replace.run(rowOf(check.dataset).number, sourceKey(check.source), toJson(check), pack(columns)),
    confirm: (dataset, labels) => {
      const { number } = rowOf(dataset);
      eachOf.immediate(labels, ({ image, className }) => void add.run(number, image, className, Date.now()));
    },
    takeBack: (dataset, labels) => {
      const { number } = rowOf(dataset);
      eachOf.immediate(labels, ({ image, className }) => void remove.run(number, image, className));
    },
    confirmed: (dataset) => all.all(rowOf(dataset).number),
  };
}

const INTEGERS = ['ids', 'given', 'suggested'] as const;
const FLOATS = ['ofGiven', 'ofSuggested', 'outlier', 'fromClass'] as const;
const ROW_BYTES = 4 * (INTEGERS.length + FLOATS.length) + 1;

/** The columns one after the other, 4 bytes a number (little endian), then 1 byte of `likely`. */
function pack(columns: LabelColumns): Buffer {
  const parts = [...INTEGERS, ...FLOATS, 'likely' as const].map((name) => columns[name]);
  return Buffer.concat(parts.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)));
}

function unpack(bytes: Buffer): LabelColumns {
  const { buffer } = Uint8Array.from(bytes); // aligned
  const n = buffer.byteLength / ROW_BYTES;
  const integers = INTEGERS.map((_, c) => new Int32Array(buffer, 4 * n * c, n));
  const floats = FLOATS.map((_, c) => new Float32Array(buffer, 4 * n * (INTEGERS.length + c), n));
  return {
    ids: integers[0]!,
    given: integers[1]!,
    suggested: integers[2]!,
    ofGiven: floats[0]!,
    ofSuggested: floats[1]!,
    outlier: floats[2]!,
    fromClass: floats[3]!,
    likely: new Uint8Array(buffer, 4 * n * (INTEGERS.length + FLOATS.length), n),
  };
}
