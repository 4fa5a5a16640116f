import { type PairRelation, relationKey } from '../../shared/pair-relation.ts';
import type { Pair, PairLabel, Split } from '../../shared/dataset.ts';
import type { FindDataset } from './datasets.ts';
import type { Db } from './open.ts';

/** What a set of pairs was drawn from. */
export interface PairSetKey {
  snapshot: string; // of the data set
  relation: PairRelation;
  recipe: number; // PAIR_RECIPE
  split: Split;
}

export interface PairSet {
  hash: string; // hashOfPairs: equal for the same pairs of the same images
  pairs: Pair[];
}

/** Evaluation pairs, shared by all runs of a data set. */
export interface PairSetStore {
  /** Null if it is not stored. `dataset`: id or name. */
  find(dataset: string, key: PairSetKey): PairSet | null;
  /** Keeps what is stored already. */
  put(dataset: string, key: PairSetKey, set: PairSet): void;
  /** A person's list of pairs. Null if it is not stored. */
  findList(dataset: string, sha256: string): { source: string; pairs: Pair[] } | null;
  /** Keeps a list that is stored already. `source`: name of its file. */
  putList(dataset: string, sha256: string, list: { source: string; pairs: readonly Pair[] }): void;
  /** Pairs that an older version sampled at the import; empty for newer imports. */
  ofImport(dataset: string, split: Split): Pair[];
}

export function pairSetStore(db: Db, rowOf: FindDataset): PairSetStore {
  const WHERE = 'dataset = @number AND snapshot = @snapshot AND relation = @relation AND recipe = @recipe AND split = @split';
  const one = db.prepare<[object], { hash: string; pairs: Buffer }>(`SELECT hash, pairs FROM pair_sets WHERE ${WHERE}`);
  const insert = db.prepare(
    'INSERT OR IGNORE INTO pair_sets (dataset, snapshot, relation, recipe, split, hash, pairs) VALUES (@number, @snapshot, @relation, @recipe, @split, @hash, @pairs)',
  );
  const ofImport = db.prepare<[number, Split], Pair>('SELECT a, b, label FROM pairs WHERE dataset = ? AND split = ? ORDER BY position');
  const oneList = db.prepare<[number, string], { source: string; pairs: Buffer }>(
    'SELECT source, pairs FROM pair_lists WHERE dataset = ? AND sha256 = ?',
  );
  const insertList = db.prepare<[number, string, string, Buffer, number]>(
    'INSERT OR IGNORE INTO pair_lists (dataset, sha256, source, pairs, created_ms) VALUES (?, ?, ?, ?, ?)',
  );
  const keyOf = (dataset: string, { relation, ...key }: PairSetKey): object => ({
    ...key,
    number: rowOf(dataset).number,
    relation: relationKey(relation),
  });

  return {
    find: (dataset, key) => {
      const row = one.get(keyOf(dataset, key));
      return row ? { hash: row.hash, pairs: decodePairs(row.pairs) } : null;
    },
    put: (dataset, key, { hash, pairs }) => void insert.run({ ...keyOf(dataset, key), hash, pairs: encodePairs(pairs) }),
    findList: (dataset, sha256) => {
      const row = oneList.get(rowOf(dataset).number, sha256);
      return row ? { source: row.source, pairs: decodePairs(row.pairs) } : null;
    },
    putList: (dataset, sha256, { source, pairs }) => void insertList.run(rowOf(dataset).number, sha256, source, encodePairs(pairs), Date.now()),
    ofImport: (dataset, split) => ofImport.all(rowOf(dataset).number, split),
  };
}

const PAIR_BYTES = 12; // a, b and label as 32-bit little-endian integers

function encodePairs(pairs: readonly Pair[]): Buffer {
  const bytes = Buffer.alloc(pairs.length * PAIR_BYTES);
  pairs.forEach(({ a, b, label }, i) => {
    bytes.writeInt32LE(a, i * PAIR_BYTES);
    bytes.writeInt32LE(b, i * PAIR_BYTES + 4);
    bytes.writeInt32LE(label, i * PAIR_BYTES + 8);
  });
  return bytes;
}

const decodePairs = (bytes: Buffer): Pair[] =>
  Array.from({ length: bytes.length / PAIR_BYTES }, (_, i) => ({
    a: bytes.readInt32LE(i * PAIR_BYTES),
    b: bytes.readInt32LE(i * PAIR_BYTES + 4),
    label: bytes.readInt32LE(i * PAIR_BYTES + 8) as PairLabel,
  }));
