import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { isRunSource, type EmbeddingSource, measureOf, sourceKey } from '../../../shared/embedding-source.ts';
import type { EmbeddingChoice, EmbeddingState, EmbeddingStatus } from '../../../shared/embeddings.ts';
import { AppError } from '../../../shared/errors.ts';
import { trainingChoices } from '../../../shared/known-encoders.ts';
import type { DeviceName, EngineName } from '../../../shared/run.ts';
import {
  type AllImages,
  EMBEDDING_FILES,
  type EmbeddedRequest,
  type EmbeddedSet,
  type EmbeddingNetwork,
  type EmbedProgress,
  type StoredNeighbours,
} from '../../compute/protocol/embeddings.ts';
import { makeFolders } from '../../foundation/files.ts';
import { SharedTasks } from '../../foundation/jobs/shared-tasks.ts';
import { readNumbers } from '../../foundation/number-files.ts';
import type { EmbeddingPorts } from './ports.ts';
import { deleteOthers, newRecord, readRecord, setFolder, type SetRecord, writeRecord } from './set-record.ts';
import { choicesFor, nameOf, stampOf } from './sources.ts';

/** Where an encoder runs. Rows of different devices differ by rounding only. */
export interface EmbeddingDevice {
  engine: EngineName;
  device: DeviceName;
}

export interface EnsureOptions {
  signal: AbortSignal;
  onProgress?: ((p: EmbedProgress) => void) | undefined;
  /** Default: the processor. */
  on?: EmbeddingDevice | undefined;
  /** Reads images again that could not be read, and measures Recall@k with the classes as they are now. */
  again?: boolean | undefined;
}

interface Found {
  record: SetRecord;
  state: Exclude<EmbeddingState, 'missing'>;
}

/**
 * Embeddings of data sets and their exact neighbours, as files. Features are cached by the SHA-256 of an image and the network, so an image that
 * is added, or a data set that is embedded again, costs only what is missing.
 */
export class Embeddings {
  private readonly running = new SharedTasks<EmbeddedSet>(); // by data set and source
  private readonly ports: EmbeddingPorts;

  constructor(ports: EmbeddingPorts) {
    this.ports = ports;
  }

  /** The sources that can be chosen for a data set, the default first. */
  choices(dataset: string): EmbeddingChoice[] {
    return choicesFor(this.ports, this.ports.datasets.header(dataset).dataset);
  }

  /** "DINOv2 ViT-S/14", "run 3". Throws AppError 'not-found' for an imported encoder that is not there. */
  nameOf(source: EmbeddingSource): string {
    return nameOf(this.ports, source);
  }

  /** Throws AppError 'not-found' for an unknown data set, run or imported encoder. */
  async status(idOrName: string, source: EmbeddingSource): Promise<EmbeddingStatus> {
    const { dataset } = this.ports.datasets.header(idOrName);
    const about = { dataset, source, name: nameOf(this.ports, source) };
    const found = await this.read(dataset, source);
    if (found === null) return { ...about, state: 'missing', facts: null };
    const { unreadable, recall, computedMs, seconds, shape } = found.record;
    const facts = {
      ...{ images: shape.n, dimensions: shape.d, neighbours: shape.k, unreadable, recall, computedMs, seconds },
      measure: measureOf(source),
      threshold: this.thresholdOf(source),
    };
    return { ...about, state: found.state, facts };
  }

  /** The stored embeddings if they are up to date; null if there are none, or the network has changed. Fast at any size. Throws as `status` does. */
  async find(idOrName: string, source: EmbeddingSource): Promise<EmbeddedSet | null> {
    const { dataset } = this.ports.datasets.header(idOrName);
    const found = await this.read(dataset, source);
    return found?.state === 'ready' ? this.setOf(dataset, source, found.record) : null;
  }

  /** As `find`. Throws AppError 'bad-request' where the data set has to be analysed first. */
  async require(idOrName: string, source: EmbeddingSource): Promise<EmbeddedSet> {
    const found = await this.find(idOrName, source);
    if (found !== null) return found;
    const { name } = this.ports.datasets.header(idOrName);
    throw new AppError('bad-request', `${name} has not been analysed with ${nameOf(this.ports, source)}: analyse it first.`, {
      dataset: idOrName,
      flags: [`twinlens embed ${name}`],
    });
  }

  /**
   * The stored embeddings, after computing what is missing: features of images that have none, then the neighbours. One call at a time for each
   * data set and source; a second one gets the result of the first. Throws as `status` and as the compute call embedDataset do, and AppError
   * 'bad-request' for a run that is not finished; the features that were computed until then stay cached.
   */
  async ensure(idOrName: string, source: EmbeddingSource, options: EnsureOptions): Promise<EmbeddedSet> {
    const { dataset } = this.ports.datasets.header(idOrName);
    for (;;) {
      let isOwn = false;
      try {
        return await this.running.run(JSON.stringify([dataset, sourceKey(source)]), () => {
          isOwn = true;
          return this.compute(dataset, source, options);
        });
      } catch (error) {
        if (isOwn || options.signal.aborted || !(error instanceof AppError) || error.code !== 'cancelled') throw error;
      }
    }
  }

  /** The stored neighbours. Throws AppError 'not-found' if they are gone or damaged. */
  async neighbours({ request: { folder, n, k } }: EmbeddedSet): Promise<StoredNeighbours> {
    const [positions, distances] = [new Int32Array(n * k), new Float32Array(n * k)];
    const read = [readNumbers(join(folder, EMBEDDING_FILES.positions), positions), readNumbers(join(folder, EMBEDDING_FILES.distances), distances)];
    if ((await Promise.all(read)).every(Boolean)) return { n, k, positions, distances };
    throw new AppError('not-found', 'The stored neighbours of this data set are missing or damaged. Analyse it again.', { folder });
  }

  /** The network of a source, for a compute call that embeds further images. Throws as `ensure` does. */
  async networkOf(dataset: string, source: EmbeddingSource, { signal, on }: Pick<EnsureOptions, 'signal' | 'on'>): Promise<EmbeddingNetwork> {
    const { runs, calibrationOf, modelOf, networkFor, encoderFolder } = this.ports;
    if (isRunSource(source)) {
      const run = runs.get(source.run);
      calibrationOf(run); // throws for a run that is not finished, or a network of another version
      return { kind: 'run', model: modelOf(run) };
    }
    const { config, weightsPath } = await networkFor({ dataset, ...trainingChoices(source), ...(on ?? { engine: 'onnx', device: 'cpu' }) }, signal);
    return { kind: 'encoder', config, encoderFolder: config.encoder && encoderFolder(config.encoder.id), weightsPath };
  }

  private async compute(dataset: string, source: EmbeddingSource, options: EnsureOptions): Promise<EmbeddedSet> {
    const { signal, onProgress, again = false } = options;
    const began = performance.now();
    const all = await this.ports.allImages(dataset);
    const stored = await this.read(dataset, source);
    const imagesHash = hashOf(all);
    const isCurrent = stored?.state === 'ready' && stored.record.imagesHash === imagesHash && !(again && stored.record.unreadable.length > 0);
    const known = isCurrent ? await this.intactSet(dataset, source, stored.record, again ? signal : null) : null;
    if (known && isCurrent) return again ? this.withRecall(dataset, known, stored.record, all, signal) : known;
    const stamp = stampOf(this.ports, source);
    const folder = setFolder(this.ports.folder, dataset, source);
    await deleteOthers(folder, stored?.record.edition ?? null);
    const edition = randomUUID();
    makeFolders(join(folder, edition));
    const network = await this.networkOf(dataset, source, options);
    const request = {
      network,
      caches: this.ports.caches,
      root: this.ports.datasets.header(dataset).root,
      images: all.images,
      folder: join(folder, edition),
    };
    const { ids, d, k, unreadable } = await this.ports.compute.ask('embedDataset', request, { signal, ...(onProgress && { onProgress }) });
    const key = createHash('sha256')
      .update(JSON.stringify([dataset, sourceKey(source), stamp, imagesHash]))
      .update(ids)
      .digest('hex');
    const shape = { n: ids.length, d, k };
    const recall = await this.measureRecall({ folder: request.folder, key, ...shape, measure: measureOf(source) }, ids, all, signal);
    const seconds = (performance.now() - began) / 1000;
    const record = newRecord({ source, edition, key, stamp, imagesHash, shape, unreadable, recall, computedMs: Date.now(), seconds });
    await writeRecord(folder, record);
    return this.setOf(dataset, source, record);
  }

  /** With the recall of the current classes, which is stored. */
  private async withRecall(dataset: string, set: EmbeddedSet, record: SetRecord, all: AllImages, signal: AbortSignal): Promise<EmbeddedSet> {
    if (record.recall?.edits === all.edits) return set;
    const recall = await this.measureRecall(set.request, set.ids, all, signal);
    await writeRecord(setFolder(this.ports.folder, dataset, set.source), { ...record, recall });
    return { ...set, recall };
  }

  private measureRecall(embedded: EmbeddedRequest, ids: Int32Array, all: AllImages, signal: AbortSignal): Promise<EmbeddedSet['recall']> {
    return this.ports.compute.ask('neighbourRecall', { embedded, ids, ...all }, { signal });
  }

  private async read(dataset: string, source: EmbeddingSource): Promise<Found | null> {
    const stamp = stampOf(this.ports, source);
    const record = await readRecord(setFolder(this.ports.folder, dataset, source));
    if (record === null) return null;
    const images = record.shape.n + record.unreadable.length;
    const isCurrent = record.stamp === stamp && images === this.ports.datasets.header(dataset).images;
    return { record, state: isCurrent ? 'ready' : 'stale' };
  }

  /** Null if a file is gone or damaged; with a signal, all files are read. */
  private async intactSet(dataset: string, source: EmbeddingSource, record: SetRecord, signal: AbortSignal | null): Promise<EmbeddedSet | null> {
    const set = await this.setOf(dataset, source, record).catch(() => null);
    return set && (signal === null || (await this.ports.compute.ask('checkEmbeddings', set.request, { signal }))) ? set : null;
  }

  /** Throws AppError 'not-found' if the ids are gone or damaged. */
  private async setOf(dataset: string, source: EmbeddingSource, record: SetRecord): Promise<EmbeddedSet> {
    const { key, unreadable, recall, computedMs, seconds, shape, edition } = record;
    const folder = join(setFolder(this.ports.folder, dataset, source), edition);
    const ids = new Int32Array(shape.n);
    if (!(await readNumbers(join(folder, EMBEDDING_FILES.ids), ids)))
      throw new AppError('not-found', 'The stored embeddings of this data set are missing or damaged. Analyse it again.', { dataset });
    const request = { folder, key, ...shape, measure: measureOf(source) };
    return { key, dataset, source, ids, unreadable, threshold: this.thresholdOf(source), recall, computedMs, seconds, request };
  }

  private thresholdOf(source: EmbeddingSource): number | null {
    return isRunSource(source) ? (this.ports.runs.get(source.run).calibration?.threshold ?? null) : null;
  }
}

/** Of the ids and the bytes of all images. */
const hashOf = ({ images }: AllImages): string => createHash('sha256').update(images.ids).update(images.sha256).digest('hex');
