import type { FolderQuery } from '../../../../../shared/folder-search.ts';
import { api } from '../../../../client/api.ts';

const CACHED = 8;

/** The queries of a folder search that were loaded last. */
export class QueryCache {
  private readonly search: string;
  private readonly loaded = new Map<number, Promise<FolderQuery>>();

  constructor(search: string) {
    this.search = search;
  }

  load(position: number): Promise<FolderQuery> {
    const known = this.loaded.get(position);
    if (known) return known;
    for (const oldest of this.loaded.keys()) {
      if (this.loaded.size < CACHED) break;
      this.loaded.delete(oldest);
    }
    const loading = api.call('searches.query', { search: this.search, position });
    this.loaded.set(position, loading);
    loading.catch(() => this.loaded.delete(position));
    return loading;
  }

  /** Loads a query again when it is asked for: its decision has changed. */
  forget(position: number): void {
    this.loaded.delete(position);
  }
}

/** Loads the picture of a query in advance, so that it is in the browser's cache when the query is shown. */
export function loadPicture({ path }: FolderQuery): void {
  new Image().src = api.media(`file/${encodeURIComponent(path)}`);
}
