import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BACKBONE_INFO, BACKBONES, type BackboneName } from '../../../shared/backbones.ts';
import { AppError, asAppError } from '../../../shared/errors.ts';
import type { WeightsInfo } from '../../../shared/run.ts';
import type { ComputeHost } from '../../compute/host/compute-host.ts';
import type { WeightsRequest } from '../../compute/protocol/protocol.ts';
import { type CatalogueEntry, findEntry, readCatalogue } from '../../nn/weights/catalogue.ts';
import { backboneParams } from '../../nn/siamese.ts';
import { checkWeightsFile } from '../../nn/weights/load.ts';
import { fetchWeights, type FetchProgress } from '../../nn/weights/download.ts';

export interface WeightsPorts {
  catalogue: string; // file
  downloads: string; // folder
  compute: Pick<ComputeHost, 'ask'>;
}

export interface FoundWeights {
  path: string;
  info: WeightsInfo;
}

export interface FindOptions {
  signal?: AbortSignal | undefined;
  onProgress?: ((p: FetchProgress) => void) | undefined;
}

export interface WeightsProblem {
  message: string;
  network: BackboneName | null; // that the file is for
}

/** A backbone's parameters, at its smallest image size. */
export const paramsOf = (backbone: BackboneName): ReturnType<typeof backboneParams> =>
  backboneParams({ backbone, flavour: 'torch', size: BACKBONE_INFO[backbone].smallest, dim: 2 });

/** Initial weights: from the catalogue, downloaded on first use, or from the user's files. */
export class WeightsLibrary {
  private readonly ports: WeightsPorts;
  private readonly downloading = new Map<string, Promise<string>>(); // by id

  constructor(ports: WeightsPorts) {
    this.ports = ports;
  }

  entries(): CatalogueEntry[] {
    return readCatalogue(this.ports.catalogue);
  }

  /** Why a file can't be used as weights of a backbone, by its header alone; null if it can. */
  problemOf(path: string, backbone: BackboneName): WeightsProblem | null {
    try {
      checkWeightsFile(path, { backbone, params: paramsOf(backbone) });
      return null;
    } catch (error) {
      const { message, details } = asAppError(error);
      const network = BACKBONES.find((name) => name === details['guess']);
      return { message, network: network === backbone ? null : (network ?? null) };
    }
  }

  /** Downloads weights of the catalogue unless they are here. Throws as fetchWeights does, and AppError 'not-found'. */
  async fetch(id: string, o: FindOptions): Promise<void> {
    await this.download(findEntry(this.entries(), id), o);
  }

  /** Deletes downloaded weights, parts included. Throws AppError 'bad-request' during a download of them. */
  async remove(id: string): Promise<void> {
    const entry = findEntry(this.entries(), id);
    if (this.downloading.has(id))
      throw new AppError('bad-request', `The weights ${id} are being downloaded. Cancel the download first, or wait for its end.`, { id });
    await rm(join(this.ports.downloads, entry.id), { recursive: true, force: true });
  }

  /** One download of an entry at a time: two would write the same part. */
  private async download(entry: CatalogueEntry, o: FindOptions): Promise<string> {
    const { signal } = o;
    const cancelled = new Promise<void>((done) => signal?.addEventListener('abort', () => done(), { once: true }));
    for (let other = this.downloading.get(entry.id); other && !signal?.aborted; other = this.downloading.get(entry.id))
      await Promise.race([other.catch(() => undefined), cancelled]);
    const running = fetchWeights(entry, this.ports.downloads, o).finally(() => this.downloading.delete(entry.id));
    this.downloading.set(entry.id, running);
    return running;
  }

  /**
   * Finds weights by path or catalogue id, downloads them once, and checks all tensors against the backbone.
   * Throws AppError 'not-found', 'bad-weights' or 'cancelled', and as fetchWeights does.
   */
  async find(source: string, backbone: BackboneName, o: FindOptions): Promise<FoundWeights> {
    const { compute } = this.ports;
    let path = source;
    let entry: WeightsRequest['entry'] = null;
    if (!existsSync(source)) {
      if (/[\\/]|\.(json|safetensors)$/.test(source)) throw new AppError('not-found', `Weights file not found: ${source}.`, { path: source });
      const found = findEntry(this.entries(), source);
      if (found.backbone !== backbone)
        throw new AppError(
          'bad-weights',
          `The weights ${source} are for ${found.backbone}, not for ${backbone}. Choose the backbone ${found.backbone}.`,
          { field: 'backbone', flags: [`--backbone ${found.backbone}`] },
        );
      path = await this.download(found, o);
      entry = { id: found.id, licence: found.licence, flavour: found.flavour, preprocessing: found.preprocessing };
    }
    return { path, info: await compute.ask('weights', { path, backbone, entry }, { signal: o.signal }) };
  }
}
