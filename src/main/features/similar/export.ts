import { join } from 'node:path';
import { measureOf } from '../../../shared/embedding-source.ts';
import type { FolderQuery } from '../../../shared/folder-search.ts';
import { DISTANCE_WORDS } from '../../../shared/similar-words.ts';
import { AppError } from '../../../shared/errors.ts';
import { writeFileAtomically } from '../../foundation/files.ts';
import { absoluteFile } from '../../foundation/image-files.ts';
import { APP_VERSION } from '../../foundation/versions.ts';
import type { FolderSearches } from './folder-searches.ts';
import type { SimilarPorts } from './ports.ts';
import { resultsPage, type ShownQuery } from './results-page.ts';

const LONGEST = 320; // px, of an image on the page
const AT_ONCE = 16; // queries

export interface ExportRequest {
  search: string;
  format: 'csv' | 'html';
  out: string;
}

type ExportPorts = Pick<SimilarPorts, 'datasets' | 'compute' | 'nameOf'>;

/** Writes the results of a folder search as a table or a page. Throws AppError 'not-found' for an unknown search, 'disk-full', 'cancelled'. */
export async function exportResults(
  ports: ExportPorts,
  searches: FolderSearches,
  { search: id, format, out }: ExportRequest,
  { signal, onProgress }: { signal: AbortSignal; onProgress(done: number, total: number): void },
): Promise<void> {
  if (format === 'csv') return writeFileAtomically(out, searches.csv(id));
  const search = searches.get(id);
  const { name, root } = ports.datasets.header(search.dataset);
  const facts = {
    datasetName: name,
    sourceName: ports.nameOf(search.source),
    measure: DISTANCE_WORDS[measureOf(search.source)],
    version: APP_VERSION,
  };
  await writeFileAtomically(out, resultsPage(search, facts, shown(ports, searches.queries(id), root, { signal, onProgress })));
}

/** The default path of results in a folder. */
export const resultsFile = (folder: string, { search, dataset }: { search: string; dataset: string }, format: 'csv' | 'html'): string =>
  join(folder, `search ${search} in ${dataset}.${format}`);

async function* shown(
  { compute }: Pick<ExportPorts, 'compute'>,
  queries: readonly FolderQuery[],
  root: string,
  { signal, onProgress }: { signal: AbortSignal; onProgress(done: number, total: number): void },
): AsyncGenerator<ShownQuery> {
  const copyOf = async (photo: string | null): Promise<Uint8Array | null> => {
    if (photo === null) return null;
    try {
      const [copy] = await compute.ask('pageImages', { images: [{ photo, overlays: [] }], longest: LONGEST, mime: 'image/webp' }, { signal });
      return copy![0]!;
    } catch (error) {
      if (error instanceof AppError && (error.code === 'bad-image' || error.code === 'not-found')) return null;
      throw error;
    }
  };
  for (let from = 0; from < queries.length; from += AT_ONCE) {
    const part = queries.slice(from, from + AT_ONCE);
    const matched = ({ decision }: FolderQuery): string | null => (decision?.file == null ? null : absoluteFile(root, decision.file));
    const images = await Promise.all(part.map((query) => Promise.all([copyOf(query.path), copyOf(matched(query))])));
    for (const [i, query] of part.entries()) yield { query, image: images[i]![0], match: images[i]![1] };
    onProgress(Math.min(from + AT_ONCE, queries.length), queries.length);
  }
}
