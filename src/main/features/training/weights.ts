import { existsSync } from 'node:fs';
import { AppError } from '../../../shared/errors.ts';
import type { BackboneName } from '../../../shared/backbones.ts';
import type { WeightsInfo } from '../../../shared/run.ts';
import type { ComputeHost } from '../../compute/host/compute-host.ts';
import type { WeightsRequest } from '../../compute/protocol/protocol.ts';
import { findEntry, readCatalogue } from '../../nn/weights/catalogue.ts';
import { fetchWeights, type FetchProgress } from '../../nn/weights/download.ts';

export interface FoundWeights {
  path: string;
  info: WeightsInfo;
}

export interface WeightsOptions {
  catalogue: string; // file
  cache: string; // folder for downloads
  compute: ComputeHost;
  signal?: AbortSignal | undefined;
  onProgress?: ((p: FetchProgress) => void) | undefined;
}

/** Finds weights by path or catalogue id (downloading them once) and has them verified whole against the backbone. */
export async function findWeights(asked: string, backbone: BackboneName, o: WeightsOptions): Promise<FoundWeights> {
  let path = asked;
  let entry: WeightsRequest['entry'] = null;
  if (!existsSync(asked)) {
    if (/[\\/]|\.(json|safetensors)$/.test(asked)) throw new AppError('not-found', `Weights file not found: ${asked}.`, { path: asked });
    const found = findEntry(readCatalogue(o.catalogue), asked);
    if (found.backbone !== backbone)
      throw new AppError('bad-weights', `The weights ${asked} are for ${found.backbone}, not for ${backbone}. Choose --backbone ${found.backbone}.`);
    path = await fetchWeights(found, o.cache, { signal: o.signal, onProgress: o.onProgress });
    entry = { id: found.id, licence: found.licence, flavour: found.flavour, preprocessing: found.preprocessing };
  }
  return { path, info: await o.compute.ask('weights', { path, backbone, entry }, { signal: o.signal }) };
}
