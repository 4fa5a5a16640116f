import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BACKBONES, type BackboneName } from '../../../shared/backbones.ts';
import { AppError, asAppError } from '../../../shared/errors.ts';
import type { WeightsInfo } from '../../../shared/run.ts';
import type { ComputeHost } from '../../compute/host/compute-host.ts';
import type { WeightsRequest } from '../../compute/protocol/protocol.ts';
import { type CatalogueEntry, findEntry, readCatalogue } from '../../nn/weights/catalogue.ts';
import { checkWeightsFile } from '../../nn/weights/load.ts';
import { fetchWeights, type FetchProgress } from '../../nn/weights/download.ts';
import { AddedWeightsFolder } from './added-weights.ts';
import { paramsOf } from './params.ts';

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

/** Facts about weights with an id. */
export interface KnownWeights extends Pick<WeightsInfo, 'licence' | 'flavour' | 'preprocessing'> {
  id: string;
  backbone: BackboneName;
}

/** Initial weights: from the catalogue, downloaded on first use, or from the user's files. */
export class WeightsLibrary {
  readonly added: AddedWeightsFolder;
  private readonly ports: WeightsPorts;
  private readonly downloading = new Map<string, Promise<string>>(); // by id

  constructor(ports: WeightsPorts) {
    this.ports = ports;
    this.added = new AddedWeightsFolder(ports.downloads, ports.compute);
  }

  /** What is known of all weights that have an id: those of the catalogue, and those that a person added. */
  known(): KnownWeights[] {
    return [...this.entries(), ...this.added.list()];
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
   * Finds weights by path or id, downloads them once, and checks all tensors against the backbone.
   * Throws AppError 'not-found', 'bad-weights' or 'cancelled', and as fetchWeights does.
   */
  async find(source: string, backbone: BackboneName, o: FindOptions): Promise<FoundWeights> {
    const { path, entry } = existsSync(source) ? { path: source, entry: null } : await this.findById(source, backbone, o);
    return { path, info: await this.ports.compute.ask('weights', { path, backbone, entry }, { signal: o.signal }) };
  }

  private async findById(id: string, backbone: BackboneName, o: FindOptions): Promise<Pick<WeightsRequest, 'path' | 'entry'>> {
    if (/[\\/]|\.(json|safetensors)$/.test(id)) throw new AppError('not-found', `Weights file not found: ${id}.`, { path: id });
    const added = this.added.find(id);
    const found = added ?? findEntry(this.entries(), id);
    if (found.backbone !== backbone)
      throw new AppError('bad-weights', `The weights ${id} are for ${found.backbone}, not for ${backbone}. Choose the backbone ${found.backbone}.`, {
        field: 'backbone',
        flags: [`--backbone ${found.backbone}`],
      });
    const path = added ? join(added.folder, added.file) : await this.download(findEntry(this.entries(), id), o);
    return { path, entry: { id, licence: found.licence, flavour: found.flavour, preprocessing: found.preprocessing } };
  }
}
