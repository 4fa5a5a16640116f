import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { LRUCache } from 'lru-cache';
import { resolve } from 'node:path';
import type { CuratedImage } from '../../../shared/curation.ts';
import { type EmbeddingSource, isRunSource, sourceKey } from '../../../shared/embedding-source.ts';
import { AppError } from '../../../shared/errors.ts';
import {
  NO_FILTER,
  type SimilarAnswer,
  type SimilarFilter,
  type SimilarImage,
  type SimilarQueried,
  type SimilarQuery,
  type SimilarTarget,
  type SimilarVerdict,
} from '../../../shared/similar.ts';
import type { EmbeddedSet } from '../../compute/protocol/embeddings.ts';
import { judgeDistance } from '../../domain/evaluate/judged-distance.ts';
import { countJudgements, currentJudgements, judgementsOf } from '../../domain/similar/current-judgements.ts';
import { absoluteFile } from '../../foundation/image-files.ts';
import { quote } from '../../foundation/words.ts';
import { allowedRows, rowOfImage } from './allowed-rows.ts';
import { embedQueries } from './embed-queries.ts';
import type { SimilarPorts } from './ports.ts';

/** The nearest rows of a query, and their distances. */
interface Found {
  rows: ArrayLike<number>;
  distances: ArrayLike<number>;
}

const CACHED_FILTERS = 16;
const CACHED_FILES = 32; // embeddings of files from outside the data set

/** Finds the images of a data set that are nearest to an image, by the data set's stored embeddings. */
export class SimilarImages {
  private readonly ports: SimilarPorts;
  private readonly masks = new LRUCache<string, Uint8Array>({ max: CACHED_FILTERS });
  private readonly embedded = new LRUCache<string, Float32Array>({ max: CACHED_FILES });

  constructor(ports: SimilarPorts) {
    this.ports = ports;
  }

  /**
   * The nearest images of a query. Throws AppError 'bad-request' if the embeddings of the data set were not computed or have no row for the image,
   * 'bad-image' or 'not-found' for a file that can't be read, 'cancelled'.
   */
  async find(request: SimilarQuery, { signal }: { signal: AbortSignal }): Promise<SimilarAnswer> {
    const { source, filter, limit } = request;
    const { dataset, images: total } = this.ports.datasets.header(request.dataset);
    const set = await this.setOf(dataset, source);
    const { query, content } = await this.queryOf(dataset, request.target, signal);
    const row = query.image === null ? null : rowOf(set, query.image);
    const allowed = await this.allowed(set, filter, query.image?.group ?? null);
    const ranked = allowed.reduce((sum, one) => sum + one, 0) - (row !== null && allowed[row] === 1 ? 1 : 0);
    const stored = row === null ? null : await this.amongStored(set, row, allowed, Math.min(limit, ranked));
    const found = stored ?? (await this.byProduct(set, row, query, allowed, limit, signal));
    const current = currentJudgements(this.ports.judgements.list(dataset));
    const { partners, isNone } = judgementsOf(current, query.sha256);
    const rows = this.ports.images.rows(
      dataset,
      Array.from(found.rows, (at) => set.ids[at]!),
    );
    const verdictOf = this.verdicts(source);
    const images = rows.map((image, i): SimilarImage => {
      const distance = found.distances[i]!;
      const isCopy = image.content === content || image.sha256 === query.sha256;
      return { rank: i + 1, image, distance, isCopy, verdict: verdictOf(distance), judgement: partners.get(image.sha256) ?? null };
    });
    const included = await this.allowed(set, NO_FILTER, null);
    const searched = {
      images: set.ids.length,
      excluded: set.ids.length - included.reduce((sum, one) => sum + one, 0),
      unreadable: total - set.ids.length,
      computedMs: set.computedMs,
    };
    const threshold = isRunSource(source) ? this.ports.calibrationOf(source.run).threshold : null;
    return { dataset, source, query, images, ranked, searched, threshold, isNone, counts: countJudgements(current) };
  }

  /** The stored embeddings. Throws AppError 'bad-request' if there are none. */
  async setOf(dataset: string, source: EmbeddingSource): Promise<EmbeddedSet> {
    const set = await this.ports.embedded(dataset, source);
    if (set !== null) return set;
    const { name } = this.ports.datasets.header(dataset);
    throw new AppError('bad-request', `The images of ${name} are not analysed with this source yet. Press “Analyse” first.`, {
      ...{ dataset, source: sourceKey(source) },
      flags: ['twinlens embed'],
    });
  }

  /** A run's verdict at a distance; null for an encoder, which has no threshold. */
  verdicts(source: EmbeddingSource): (distance: number) => SimilarVerdict | null {
    if (!isRunSource(source)) return () => null;
    const calibration = this.ports.calibrationOf(source.run);
    return (distance) => judgeDistance(distance, calibration);
  }

  /** Which rows of a set a filter allows, [n]. `group`: of the query. */
  async allowed(set: EmbeddedSet, filter: SimilarFilter, group: string | null): Promise<Uint8Array> {
    const key = JSON.stringify([set.key, this.ports.images.edits(set.dataset), filter, filter.groups === 'all' ? null : group]);
    let mask = this.masks.get(key);
    if (!mask) {
      const { classes, splits, state } = filter;
      const { ids } = await this.ports.find({ dataset: set.dataset, text: '', tags: [], classes, splits, state, sort: 'file', descending: false });
      mask = allowedRows(set.ids, ids);
      if (filter.groups !== 'all') {
        const own = allowedRows(set.ids, group === null ? [] : this.ports.images.ofGroup(set.dataset, group));
        const wanted = filter.groups === 'own' ? 1 : 0;
        for (let i = 0; i < mask.length; i++) if (own[i] !== wanted) mask[i] = 0;
      }
      this.masks.set(key, mask);
    }
    return mask;
  }

  private async queryOf(dataset: string, target: SimilarTarget, signal: AbortSignal): Promise<{ query: SimilarQueried; content: string }> {
    if ('image' in target) {
      const image = this.ports.images.rows(dataset, [target.image])[0]!;
      const { sha256, width, height, content } = image;
      const file = absoluteFile(this.ports.datasets.header(dataset).root, image.file);
      await assertUnchanged(file, sha256);
      return { query: { sha256, file, width, height, image }, content };
    }
    const file = resolve(target.file);
    const [found] = await this.ports.compute.ask('inspect', { files: [file] }, { signal });
    if (!found || 'error' in found) throw new AppError('bad-image', `${quote(file)} can’t be read: ${found?.error ?? 'it is missing'}.`, { file });
    const { sha256, width, height, content } = found;
    return { query: { sha256, file, width, height, image: null }, content };
  }

  /** Of the stored neighbours, if enough of them are allowed; else null. */
  private async amongStored(set: EmbeddedSet, row: number, allowed: Uint8Array, wanted: number): Promise<Found | null> {
    if (wanted > set.request.k) return null;
    const { k, positions, distances } = await this.ports.neighbours(set);
    const rows: number[] = [];
    const near: number[] = [];
    for (let j = row * k; j < (row + 1) * k && rows.length < wanted; j++) {
      if (allowed[positions[j]!] !== 1) continue;
      rows.push(positions[j]!);
      near.push(distances[j]!);
    }
    return rows.length === wanted ? { rows, distances: near } : null;
  }

  private async byProduct(
    set: EmbeddedSet,
    row: number | null,
    { file, sha256 }: SimilarQueried,
    allowed: Uint8Array,
    limit: number,
    signal: AbortSignal,
  ): Promise<Found> {
    const queries = row === null ? { values: await this.embed(set, { file, sha256 }, signal) } : { rows: Int32Array.of(row) };
    const { rows, distances } = await this.ports.compute.ask('findNearest', { embedded: set.request, queries, allowed, limit }, { signal });
    return { rows: rows[0]!, distances: distances[0]! };
  }

  /** The embedding [1, d] of a file. It is not stored with the data set. */
  private async embed(set: EmbeddedSet, image: { file: string; sha256: string }, signal: AbortSignal): Promise<Float32Array> {
    const key = `${set.key} ${image.sha256}`;
    let values = this.embedded.get(key);
    if (!values) {
      const embedded = await embedQueries(this.ports, set, [image], { signal });
      const [failed] = embedded.unreadable;
      if (failed) throw new AppError('bad-image', `${quote(image.file)} can’t be read: ${failed.reason}`, { file: image.file });
      this.embedded.set(key, (values = embedded.values));
    }
    return values;
  }
}

function rowOf(set: EmbeddedSet, { id, file }: CuratedImage): number {
  const row = rowOfImage(set.ids, id);
  if (row !== null) return row;
  const reason = set.unreadable.find(({ image }) => image === id)?.reason ?? 'it was added after the analysis';
  throw new AppError('bad-request', `${quote(file)} has no embedding: ${reason}`, { file });
}

/** Throws AppError 'bad-image' if a file has other bytes now: the stored neighbours are those of its former content. A missing file is no change. */
async function assertUnchanged(file: string, sha256: string): Promise<void> {
  const bytes = await readFile(file).catch(() => null);
  if (bytes === null || createHash('sha256').update(bytes).digest('hex') === sha256) return;
  throw new AppError(
    'bad-image',
    `${quote(file)} has changed since it was imported. Search for it as a file to find what is similar to it now, or import the folder again.`,
    { file },
  );
}
