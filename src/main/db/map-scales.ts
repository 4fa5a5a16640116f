import type { RunMapScale } from '../../shared/comparison.ts';
import type { MethodName } from '../../shared/explanation-methods.ts';
import { numberOf } from './ids.ts';
import type { Db } from './open.ts';

/** Identifies the maps of a run. Resuming a run changes its network, and with it the scale. */
export interface MapScaleKey {
  run: string;
  modelSha256: string;
  method: MethodName;
  layer: string;
}

export interface MapScaleStore {
  get(key: MapScaleKey): RunMapScale | null;
  /** Replaces an earlier scale with this key. */
  put(key: MapScaleKey, scale: RunMapScale): void;
}

export function mapScaleStore(db: Db): MapScaleStore {
  const one = db.prepare<[number | null, string, string, string], RunMapScale>(
    'SELECT full_colour AS fullColour, images FROM map_scales WHERE run = ? AND model_sha256 = ? AND method = ? AND layer = ?',
  );
  const replace = db.prepare('INSERT OR REPLACE INTO map_scales VALUES (@run, @modelSha256, @method, @layer, @fullColour, @images)');
  return {
    get: ({ run, modelSha256, method, layer }) => one.get(numberOf('r', run), modelSha256, method, layer) ?? null,
    put: ({ run, modelSha256, method, layer }, { fullColour, images }) =>
      void replace.run({ run: numberOf('r', run), modelSha256, method, layer, fullColour, images }),
  };
}
