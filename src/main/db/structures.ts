import { type RunStructure, STRUCTURE_RECIPE } from '../../shared/structure.ts';
import { numberOf } from './ids.ts';
import { fromJson, toJson } from './json.ts';
import type { Db } from './open.ts';

/** A network and the test pairs that it was measured on. */
export interface StructureKey {
  run: string;
  modelSha256: string; // '' for runs of older versions
  pairSet: string; // Metrics.pairSet
}

/** Neighbours and classes of runs. */
export interface StructureStore {
  /** Of this version's recipe; null if there is none. */
  get(key: StructureKey): RunStructure | null;
  /** Whether the network was measured before, on any pairs. */
  has(key: Omit<StructureKey, 'pairSet'>): boolean;
  /** Replaces an earlier one with this key. */
  put(key: StructureKey, structure: RunStructure): void;
}

export function structureStore(db: Db): StructureStore {
  const one = db
    .prepare<[number | null, string, string], string>(
      `SELECT record FROM structures WHERE run = ? AND model_sha256 = ? AND pair_set = ? AND recipe = ${STRUCTURE_RECIPE}`,
    )
    .pluck();
  const replace = db.prepare('INSERT OR REPLACE INTO structures VALUES (@run, @modelSha256, @pairSet, @recipe, @record)');
  const any = db.prepare<[number | null, string], number>('SELECT count(*) FROM structures WHERE run = ? AND model_sha256 = ?').pluck();
  return {
    has: ({ run, modelSha256 }) => any.get(numberOf('r', run), modelSha256)! > 0,
    get: ({ run, modelSha256, pairSet }) => {
      const record = one.get(numberOf('r', run), modelSha256, pairSet);
      return record === undefined ? null : fromJson<RunStructure>(record);
    },
    put: ({ run, modelSha256, pairSet }, structure) =>
      void replace.run({ run: numberOf('r', run), modelSha256, pairSet, recipe: structure.recipe, record: toJson(structure) }),
  };
}
