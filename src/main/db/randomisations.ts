import { type Randomisation, RANDOMISATION_RECIPE } from '../../shared/randomisation.ts';
import { numberOf } from './ids.ts';
import { fromJson, toJson } from './json.ts';
import type { MapScaleKey } from './map-scales.ts';
import type { Db } from './open.ts';

export interface RandomisationStore {
  /** Of this version's recipe; null if there is none. */
  get(key: MapScaleKey): Randomisation | null;
  /** Replaces an earlier one with this key. */
  put(key: MapScaleKey, randomisation: Randomisation): void;
}

export function randomisationStore(db: Db): RandomisationStore {
  const one = db
    .prepare<[number | null, string, string, string], string>(
      `SELECT record FROM randomisations WHERE run = ? AND model_sha256 = ? AND method = ? AND layer = ? AND recipe = ${RANDOMISATION_RECIPE}`,
    )
    .pluck();
  const replace = db.prepare('INSERT OR REPLACE INTO randomisations VALUES (@run, @modelSha256, @method, @layer, @recipe, @record)');
  return {
    get: ({ run, modelSha256, method, layer }) => {
      const record = one.get(numberOf('r', run), modelSha256, method, layer);
      return record === undefined ? null : fromJson<Randomisation>(record);
    },
    put: ({ run, modelSha256, method, layer }, randomisation) =>
      void replace.run({
        ...{ run: numberOf('r', run), modelSha256, method, layer },
        recipe: randomisation.recipe,
        record: toJson(randomisation),
      }),
  };
}
