import { existsSync } from 'node:fs';
import type { BackboneName } from '../../../shared/backbones.ts';
import { AppError, asAppError } from '../../../shared/errors.ts';
import type { CatalogueItem } from '../../../shared/weights-catalogue.ts';
import { backboneName } from '../../../shared/run-words.ts';
import type { WeightsInfo } from '../../../shared/run.ts';
import type { ComputeHost } from '../../compute/host/compute-host.ts';
import type { WeightsRequest } from '../../compute/protocol/protocol.ts';
import { type CatalogueEntry, findEntry, readCatalogue } from '../../nn/weights/catalogue.ts';
import { checkWeightsFile } from '../../nn/weights/load.ts';
import { fetchWeights, type FetchProgress, isDownloaded } from '../../nn/weights/download.ts';

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

/** Initial weights: from the catalogue, downloaded on first use, or from the user's files. */
export class WeightsLibrary {
  private readonly ports: WeightsPorts;

  constructor(ports: WeightsPorts) {
    this.ports = ports;
  }

  entries(): CatalogueEntry[] {
    return readCatalogue(this.ports.catalogue);
  }

  /** The catalogue for a screen. */
  items(): CatalogueItem[] {
    return catalogueItems(this.entries(), this.ports.downloads);
  }

  /** Why a file can't be opened as weights, by its header alone; null if it can. */
  problemOf(path: string): string | null {
    try {
      checkWeightsFile(path);
      return null;
    } catch (error) {
      return asAppError(error).message;
    }
  }

  /**
   * Finds weights by path or catalogue id, downloads them once, and checks all tensors against the backbone.
   * Throws AppError 'not-found', 'bad-weights' or 'cancelled', and as fetchWeights does.
   */
  async find(source: string, backbone: BackboneName, o: FindOptions): Promise<FoundWeights> {
    const { compute, downloads } = this.ports;
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
      path = await fetchWeights(found, downloads, { signal: o.signal, onProgress: o.onProgress });
      entry = { id: found.id, licence: found.licence, flavour: found.flavour, preprocessing: found.preprocessing };
    }
    return { path, info: await compute.ask('weights', { path, backbone, entry }, { signal: o.signal }) };
  }
}

export function catalogueItems(catalogue: readonly CatalogueEntry[], downloads: string): CatalogueItem[] {
  return catalogue.map((entry) => {
    const sizes = entry.files.map(({ bytes }) => bytes);
    return {
      id: entry.id,
      backbone: entry.backbone,
      title: backboneName(entry.backbone),
      about: entry.about,
      bytes: sizes.some((bytes) => bytes === null) ? null : sizes.reduce<number>((sum, bytes) => sum + bytes!, 0),
      host: new URL(entry.files[0]!.url).host,
      licence: entry.licence,
      licenceUrl: entry.licenceUrl,
      downloaded: isDownloaded(entry, downloads),
    };
  });
}
