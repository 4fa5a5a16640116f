import { resolve } from 'node:path';
import { isRunSource } from '../../../shared/embedding-source.ts';
import { AppError } from '../../../shared/errors.ts';
import {
  CANDIDATES,
  type DecideRequest,
  type Decision,
  type DecisionKind,
  type FolderQuery,
  type FolderSearch,
  type FolderSearchRequest,
} from '../../../shared/folder-search.ts';
import { countText } from '../../../shared/format.ts';
import { NO_FILTER } from '../../../shared/similar.ts';
import type { EmbeddedSet } from '../../compute/protocol/embeddings.ts';
import type { Candidate, NewFolderSearch, StoredFolderQuery } from '../../db/folder-searches.ts';
import { absoluteFile } from '../../foundation/image-files.ts';
import { csvOfRows } from '../../foundation/csv.ts';
import { byCodePoint } from '../../foundation/words.ts';
import { embedQueries } from './embed-queries.ts';
import { listQueries } from './list-queries.ts';
import type { SimilarPorts } from './ports.ts';
import type { SimilarImages } from './similar-images.ts';

const BATCH = 64; // files of a request to compute

export interface SearchOptions {
  signal: AbortSignal;
  onProgress?: ((p: { done: number; total: number; text: string }) => void) | undefined;
}

interface ReadFile {
  file: string; // relative to the folder
  sha256: string;
}

/** Looks for every image of a folder in a data set, and keeps a person's decision on each. */
export class FolderSearches {
  private readonly ports: SimilarPorts;
  private readonly similar: SimilarImages;

  constructor(ports: SimilarPorts, similar: SimilarImages) {
    this.ports = ports;
    this.similar = similar;
  }

  /**
   * Finds the candidates of each image among the included images, and stores them. Returns the id. Throws AppError 'bad-request' without
   * embeddings of the data set or images in the folder, 'not-found' for a folder that can't be read, 'cancelled'; nothing is stored then.
   */
  async start(request: FolderSearchRequest, { signal, onProgress }: SearchOptions): Promise<string> {
    const { source } = request;
    const { dataset, images } = this.ports.datasets.header(request.dataset);
    const folder = resolve(request.folder);
    const set = await this.similar.setOf(dataset, source);
    const files = await listQueries(folder, signal);
    const queries: NewFolderSearch['queries'] = [];
    const read: ReadFile[] = [];
    for (let from = 0; from < files.length; from += BATCH) {
      onProgress?.({ done: from, total: files.length, text: `Reading files: ${countText(from)} of ${countText(files.length)}` });
      const part = files.slice(from, from + BATCH);
      const found = await this.ports.compute.ask('inspect', { files: part.map((file) => absoluteFile(folder, file)) }, { signal });
      for (const [i, file] of part.entries()) {
        const one = found[i]!;
        if ('error' in one) queries.push({ file, sha256: null, problem: one.error, candidates: [] });
        else read.push({ file, sha256: one.sha256 });
      }
    }
    const allowed = await this.similar.allowed(set, NO_FILTER, null);
    queries.push(...(await this.candidatesOf(set, folder, read, allowed, { signal, onProgress })));
    queries.sort((a, b) => byCodePoint(a.file, b.file));
    const ranked = allowed.reduce((sum, one) => sum + one, 0);
    const searched = {
      ...{ images: set.ids.length, excluded: set.ids.length - ranked, unreadable: images - set.ids.length },
      ...{ computedMs: set.computedMs, ranked },
    };
    return this.ports.searches.add({ dataset, folder, source, searched, queries });
  }

  list(dataset: string): FolderSearch[] {
    return this.ports.searches.list(dataset);
  }

  get(id: string): FolderSearch {
    return this.ports.searches.get(id);
  }

  /** The decision on each readable image, in order; null: none yet. */
  decisions(id: string): (DecisionKind | null)[] {
    return this.ports.searches.decisions(id);
  }

  /** Throws AppError 'not-found' for an unknown search or position. */
  query(id: string, position: number): FolderQuery {
    return this.queryOf(this.get(id), this.ports.searches.query(id, position), position);
  }

  /**
   * Stores a decision in place of an earlier one, and as a judgement on the images: same as the candidate, or as none. Throws AppError
   * 'bad-request' for "same" without a candidate of this rank.
   */
  decide({ search: id, position, decision, rank }: DecideRequest): FolderSearch {
    const { dataset, source } = this.get(id);
    const query = this.query(id, position);
    const chosen = decision === 'same' ? query.candidates[(rank ?? 0) - 1] : undefined;
    if (decision === 'same' && !chosen)
      throw new AppError('bad-request', 'Choose one of the images that were found.', { search: id, position, rank });
    this.takeBack(id, position, dataset);
    const about = { query: query.sha256, queryFile: query.path, source };
    const judgement =
      decision === 'skipped'
        ? null
        : this.ports.judgements.add(dataset, {
            ...about,
            ...{ judgement: chosen ? 'same' : 'none', partner: chosen?.image.sha256 ?? null, partnerFile: chosen?.image.file ?? null },
            ...{ distance: chosen?.distance ?? null, rank: chosen ? rank : null },
          });
    this.ports.searches.decide(id, position, decision, judgement);
    return this.get(id);
  }

  /** Takes the last decision back. Returns its position; null if there is none. */
  undo(id: string): number | null {
    const last = this.ports.searches.lastDecided(id);
    if (last === null) return null;
    this.takeBack(id, last.position, this.get(id).dataset);
    this.ports.searches.decide(id, last.position, null, null);
    return last.position;
  }

  /** Hides a search, or shows it again. Its judgements stay. */
  setRemoved(id: string, removed: boolean): void {
    this.ports.searches.setRemoved(id, removed);
  }

  /** All images of a search in order, with their decisions. */
  queries(id: string): FolderQuery[] {
    const search = this.get(id);
    return this.ports.searches.queries(id).map((stored, position) => this.queryOf(search, stored, position));
  }

  /** One row for each file, readable or not. */
  csv(id: string): string {
    const { source, unreadable } = this.get(id);
    const name = isRunSource(source) ? `run ${source.run}` : `${source.encoder}${source.weights === null ? '' : ` ${source.weights}`}`;
    const rows = this.queries(id).map(({ file, decision: d }) => [
      ...[
        file,
        d === null ? 'open' : d.kind,
        d?.file ?? '',
        d?.distance ?? '',
        d?.rank ?? '',
        name,
        d === null ? '' : new Date(d.atMs).toISOString(),
        '',
      ],
    ]);
    const problems = unreadable.map(({ file, reason }) => [file, 'unreadable', '', '', '', name, '', reason]);
    return csvOfRows([['query_file', 'decision', 'matched_file', 'distance', 'rank', 'source', 'decided_at', 'problem'], ...rows, ...problems]);
  }

  private takeBack(id: string, position: number, dataset: string): void {
    const { judgement } = this.ports.searches.query(id, position);
    if (judgement !== null) this.ports.judgements.setUndone(dataset, judgement, true);
  }

  private async candidatesOf(
    set: EmbeddedSet,
    folder: string,
    files: readonly ReadFile[],
    allowed: Uint8Array,
    { signal, onProgress }: SearchOptions,
  ): Promise<NewFolderSearch['queries']> {
    if (files.length === 0) return [];
    const report = (text: string) => (done: number, total: number) =>
      onProgress?.({ done, total, text: `${text} ${countText(done)} of ${countText(total)}` });
    const images = files.map(({ file, sha256 }) => ({ file: absoluteFile(folder, file), sha256 }));
    const { values, unreadable } = await embedQueries(this.ports, set, images, { signal, onProgress: report('Reading images:') });
    const reasons = new Map(unreadable.map(({ position, reason }) => [position, reason]));
    const finding = report('Finding candidates: image');
    const request = { embedded: set.request, queries: { values }, allowed, limit: CANDIDATES };
    const found = await this.ports.compute.ask('findNearest', request, { signal, onProgress: ({ done, total }) => finding(done, total) });
    let at = -1;
    return files.map(({ file, sha256 }, position) => {
      const problem = reasons.get(position);
      if (problem !== undefined) return { file, sha256: null, problem, candidates: [] };
      const { [++at]: rows } = found.rows;
      const distances = found.distances[at]!;
      return { file, sha256, problem: null, candidates: Array.from(rows!, (row, i): Candidate => [set.ids[row]!, distances[i]!]) };
    });
  }

  private queryOf({ dataset, folder, source }: FolderSearch, stored: StoredFolderQuery, position: number): FolderQuery {
    const { file, sha256, candidates } = stored;
    const images = this.ports.images.rows(
      dataset,
      candidates.map(([image]) => image),
    );
    const verdictOf = this.similar.verdicts(source);
    const found = candidates.map(([, distance], i) => ({ image: images[i]!, distance, verdict: verdictOf(distance) }));
    return { position, file, path: absoluteFile(folder, file), sha256, decision: this.decisionOf(dataset, stored, found), candidates: found };
  }

  private decisionOf(dataset: string, { decision, judgement, decidedMs }: StoredFolderQuery, found: FolderQuery['candidates']): Decision | null {
    if (decision === null) return null;
    const rank = judgement === null ? null : this.ports.judgements.get(dataset, judgement).rank;
    const chosen = decision === 'same' && rank !== null ? found[rank - 1] : undefined;
    return {
      ...{ kind: decision, image: chosen?.image.id ?? null, file: chosen?.image.file ?? null },
      ...{ rank: chosen ? rank : null, distance: chosen?.distance ?? null, atMs: decidedMs! },
    };
  }
}
