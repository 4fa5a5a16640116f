import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuplicateImage, DuplicatePairs, DuplicateReport, RejectedPair } from '../../../shared/duplicates.ts';
import type { EmbeddingSource } from '../../../shared/embedding-source.ts';
import { AppError } from '../../../shared/errors.ts';
import type { EmbeddedSet } from '../../compute/protocol/embeddings.ts';
import { PAIR_COLUMNS } from '../../compute/protocol/duplicates.ts';
import { writeFileAtomically } from '../../foundation/files.ts';
import { readNumbers, writeNumbers } from '../../foundation/number-files.ts';
import type { DuplicatePorts } from './ports.ts';

export interface FindOptions {
  signal: AbortSignal;
  onProgress?: ((p: { done: number; total: number }) => void) | undefined;
}

/** Raise when pairs are found in another way: stored ones are then found again. */
const RECIPE = 1;
const PAIRS_FILE = `duplicates-${RECIPE}.f32`; // [m, PAIR_COLUMNS], beside the embeddings that they come from
const FACTS_FILE = `duplicates-${RECIPE}.json`;
const FOOTER_BYTES = 4; // of number-files.ts
const WIDTH = PAIR_COLUMNS.length;
const SLICE = 2000; // rows read from the database at once, so that main answers other calls in between

type Facts = Pick<DuplicateReport, 'compared' | 'candidates' | 'computedMs' | 'seconds'>;

/** Images of a data set that show one photograph: found once for each analysis, and stored with it. */
export class Duplicates {
  private readonly ports: DuplicatePorts;

  constructor(ports: DuplicatePorts) {
    this.ports = ports;
  }

  /**
   * Finds the pairs of an analysed data set, unless they are stored. Throws AppError 'bad-request' if it is not analysed with the source,
   * 'cancelled' and 'disk-full'.
   */
  async find(idOrName: string, source: EmbeddingSource, { signal, onProgress }: FindOptions): Promise<void> {
    const { dataset, root, sampleBits } = this.ports.datasets.header(idOrName);
    const set = await this.requireSet(dataset, source);
    if ((await readFacts(set)) !== null) return;
    const began = performance.now();
    await this.ports.measureContent(dataset, signal);
    const { images } = await this.ports.allImages(dataset);
    const content = { folder: this.ports.contentFolder, root, images, sampleBits };
    const request = { content, embedded: set.request, ids: set.ids };
    const { pairs, candidates, compared } = await this.ports.compute.ask('findDuplicates', request, { signal, ...(onProgress && { onProgress }) });
    await writeNumbers(join(set.request.folder, PAIRS_FILE), pairs);
    const facts: Facts = { compared, candidates, computedMs: Date.now(), seconds: (performance.now() - began) / 1000 };
    await writeFileAtomically(join(set.request.folder, FACTS_FILE), JSON.stringify(facts));
  }

  /** Null if the data set is not analysed with the source. Finds the pairs if they are not stored. Throws as `find` does. */
  async report(idOrName: string, source: EmbeddingSource, options: FindOptions): Promise<DuplicateReport | null> {
    const { dataset } = this.ports.datasets.header(idOrName);
    const set = await this.ports.embedded(dataset, source);
    if (set === null) return null;
    await this.find(dataset, source, options);
    const [facts, columns] = [await readFacts(set), await readPairs(set)];
    if (facts === null || columns === null)
      throw new AppError('not-found', 'The stored duplicates of this data set are damaged. Analyse it again.', { dataset });
    const { pairs, sharpness } = unpack(columns);
    return {
      ...{ dataset, source, sourceName: this.ports.sourceName(source), pairs },
      ...facts,
      images: await this.imagesOf(dataset, sharpness),
      rejected: this.ports.rejected.list(dataset),
    };
  }

  /** Stores or takes back that pairs of images are no duplicates. Returns all such pairs. */
  reject(idOrName: string, pairs: readonly RejectedPair[], rejected: boolean): RejectedPair[] {
    this.ports.rejected.set(idOrName, pairs, rejected);
    return this.ports.rejected.list(idOrName);
  }

  private async imagesOf(dataset: string, sharpness: ReadonlyMap<number, number>): Promise<DuplicateImage[]> {
    const ids = [...sharpness.keys()].sort((a, b) => a - b);
    const images: DuplicateImage[] = [];
    for (let at = 0; at < ids.length; at += SLICE) {
      const rows = this.ports.images.rows(dataset, ids.slice(at, at + SLICE));
      for (const row of rows) images.push({ ...row, sharpness: sharpness.get(row.id)! });
      await new Promise((resolve) => setImmediate(resolve));
    }
    return images;
  }

  private async requireSet(dataset: string, source: EmbeddingSource): Promise<EmbeddedSet> {
    const set = await this.ports.embedded(dataset, source);
    if (set) return set;
    throw new AppError('bad-request', 'Analyse this data set first: its images must be compared with each other.', { dataset });
  }
}

async function readFacts({ request: { folder } }: EmbeddedSet): Promise<Facts | null> {
  if (!existsSync(join(folder, PAIRS_FILE))) return null;
  const text = await readFile(join(folder, FACTS_FILE), 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as Facts);
}

async function readPairs({ request: { folder } }: EmbeddedSet): Promise<Float32Array | null> {
  const path = join(folder, PAIRS_FILE);
  const bytes = (statSync(path, { throwIfNoEntry: false })?.size ?? 0) - FOOTER_BYTES;
  if (bytes < 0 || bytes % (4 * WIDTH) !== 0) return null;
  const columns = new Float32Array(bytes / 4);
  return (await readNumbers(path, columns)) ? columns : null;
}

/** The pairs of rows [m, PAIR_COLUMNS], and the sharpness of their images. */
function unpack(rows: Float32Array): { pairs: DuplicatePairs; sharpness: Map<number, number> } {
  const m = rows.length / WIDTH;
  type Column = (typeof PAIR_COLUMNS)[number];
  const at = (i: number, name: Column): number => rows[i * WIDTH + PAIR_COLUMNS.indexOf(name)]!;
  const column = (name: Column): number[] => Array.from({ length: m }, (_, i) => at(i, name));
  const sharpness = new Map<number, number>();
  for (let i = 0; i < m; i++) sharpness.set(at(i, 'a'), at(i, 'sharpnessA')).set(at(i, 'b'), at(i, 'sharpnessB'));
  return {
    sharpness,
    pairs: {
      a: Int32Array.from(column('a')),
      b: Int32Array.from(column('b')),
      score: Float32Array.from(column('score')),
      isExact: Uint8Array.from(column('isExact')),
      mirrored: Uint8Array.from(column('mirrored')),
      bits: Uint8Array.from(column('bits')),
      distance: Float32Array.from(column('distance')),
    },
  };
}
