import type { EmbeddingSource } from '../../../shared/embedding-source.ts';
import { sourceKey } from '../../../shared/embedding-source.ts';
import { AppError } from '../../../shared/errors.ts';
import type { ImageMapFacts, ImageMapPoints, ImageMapStatus } from '../../../shared/image-map.ts';
import type { LayOutProgress } from '../../compute/protocol/image-map.ts';
import { SharedTasks } from '../../foundation/jobs/shared-tasks.ts';
import { MapFiles, type MapRecord } from './map-record.ts';
import type { ImageMapPorts } from './ports.ts';

const SEED = 1; // of all layouts: the same embeddings give the same map
const KEPT_SHARE = 0.5; // least share of images that are on the stored map, for it to be kept

export interface LayOutOptions {
  signal: AbortSignal;
  /** Lays out all images anew, not only those that are not on the map yet. */
  again?: boolean;
  onProgress?: (p: LayOutProgress) => void;
}

/** Maps of data sets: every image of an analysed one as a point. Classes, tags and exclusions never change a map. */
export class ImageMaps {
  private readonly ports: ImageMapPorts;
  private readonly files: MapFiles;
  private readonly running = new SharedTasks<ImageMapFacts>(); // by data set and source

  constructor(ports: ImageMapPorts) {
    this.ports = ports;
    this.files = new MapFiles(ports.folder);
  }

  /** Throws AppError 'not-found' for an unknown data set or source. */
  async status(idOrName: string, source: EmbeddingSource): Promise<ImageMapStatus> {
    const { dataset } = this.ports.datasets.header(idOrName);
    const set = await this.ports.embedded(dataset, source);
    const record = await this.files.record(dataset, source);
    const state = record === null ? 'missing' : record.key === set?.key ? 'ready' : 'stale';
    return { dataset, source, state, facts: record?.facts ?? null };
  }

  /** The stored map, also a stale one. Throws AppError 'not-found' if there is none, or it is damaged. */
  async points(idOrName: string, source: EmbeddingSource): Promise<ImageMapPoints> {
    const { dataset, name } = this.ports.datasets.header(idOrName);
    const record = await this.files.record(dataset, source);
    const points = record && (await this.files.points(dataset, source, record));
    if (points) return points;
    throw new AppError('not-found', `There is no map of ${name} by this encoder, or its files are damaged. Draw the map again.`, { dataset });
  }

  /**
   * Lays out the images unless the stored map is of these embeddings. If images were only added or removed, the others keep their positions; new ones
   * are placed at the mean of their neighbours and moved by UMAP's optimisation. Throws as requireEmbedded and layOutImages do.
   */
  layOut(idOrName: string, source: EmbeddingSource, options: LayOutOptions): Promise<ImageMapFacts> {
    const { dataset } = this.ports.datasets.header(idOrName);
    return this.running.run(JSON.stringify([dataset, sourceKey(source)]), () => this.compute(dataset, source, options));
  }

  private async compute(dataset: string, source: EmbeddingSource, { signal, again = false, onProgress }: LayOutOptions): Promise<ImageMapFacts> {
    const began = performance.now();
    const { ids, key, request } = await this.ports.requireEmbedded(dataset, source);
    const record = again ? null : await this.files.record(dataset, source);
    const stored = record && (await this.files.points(dataset, source, record));
    if (record && stored && record.key === key) return record.facts;
    const known = record && stored ? positionsOf(ids, record, stored) : null;
    const { xy, trustworthiness } = await this.ports.compute.ask(
      'layOutImages',
      { embedded: request, seed: SEED, known: known?.xy ?? null },
      { signal, ...(onProgress && { onProgress }) },
    );
    const facts = {
      ...{ images: ids.length, added: known?.added ?? 0, trustworthiness },
      ...{ computedMs: Date.now(), seconds: (performance.now() - began) / 1000 },
    };
    await this.files.write(dataset, source, { key, facts, ids, xy });
    return facts;
  }
}

/**
 * Where the images `ids` are on the stored map, and how many have been added since it was laid out. Null if most are not on it, or exactly its
 * images are embedded anew: then the network is another one.
 */
function positionsOf(ids: Int32Array, { facts }: MapRecord, stored: ImageMapPoints): { xy: Float32Array; added: number } | null {
  const at = new Map(Array.from(stored.ids, (id, i) => [id, i]));
  const xy = new Float32Array(2 * ids.length).fill(NaN);
  let found = 0;
  ids.forEach((id, i) => {
    const position = at.get(id);
    if (position === undefined) return;
    xy.set(stored.xy.subarray(2 * position, 2 * position + 2), 2 * i);
    found++;
  });
  const isSame = found === ids.length && found === stored.ids.length;
  return isSame || found < KEPT_SHARE * ids.length ? null : { xy, added: facts.added + ids.length - found };
}
