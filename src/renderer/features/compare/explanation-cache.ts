import type { ExplainTarget } from '../../../shared/comparison.ts';
import type { ImageRef } from '../../../shared/contract.ts';
import type { ComparisonRow } from '../../../shared/explore.ts';
import { api } from '../../client/api.ts';

export type ExplainRequest = { comparison: string } | { run: string; a: ImageRef; b: ImageRef; target: ExplainTarget; layer?: string };

export interface Explained {
  row: ComparisonRow;
  width: number; // cells
  height: number;
  signed: [Float32Array, Float32Array]; // [height, width] each
}

const CACHED_PAIRS = 48; // explained pairs, the last ones looked at
const cache = new Map<string, Promise<Explained>>();
export const keyOf = (request: ExplainRequest): string => JSON.stringify(request);

async function fetchExplanation(request: ExplainRequest, signal: AbortSignal): Promise<Explained> {
  const { row, maps } = await ('comparison' in request
    ? api.call('compare.open', request, { signal })
    : api.call('compare.explain', request, { signal }));
  const { width, height, signed } = maps;
  return { row, width, height, signed: [Float32Array.from(signed[0]), Float32Array.from(signed[1])] };
}

/** Asked once; what was cancelled or failed is asked anew next time. */
export function requestExplanation(request: ExplainRequest, signal: AbortSignal): Promise<Explained> {
  const key = keyOf(request);
  const known = cache.get(key);
  if (known) {
    cache.delete(key); // and last again
    cache.set(key, known);
    return known;
  }
  const going = fetchExplanation(request, signal);
  cache.set(key, going);
  going.catch(() => cache.get(key) === going && cache.delete(key));
  for (const old of cache.keys()) if (cache.size > CACHED_PAIRS) cache.delete(old);
  return going;
}

/** Prepares what will be looked at next; returns what stops it. A failure shows when the pair itself is asked for. */
export function prefetch(request: ExplainRequest): () => void {
  const controller = new AbortController();
  if (!cache.has(keyOf(request))) requestExplanation(request, controller.signal).then(loadPhotos, () => undefined);
  return () => controller.abort();
}

function loadPhotos({ row }: Explained): void {
  for (const letter of ['a', 'b'] as const) new Image().src = api.media(`comparison/${row.comparison}/${letter}-photo.jpg`);
}

/** A stored row has changed: judged, noted, saved. */
export function updateCachedRow(row: ComparisonRow): void {
  for (const [key, going] of cache)
    void going.then(
      (found) => {
        if (found.row.comparison === row.comparison) cache.set(key, Promise.resolve({ ...found, row }));
      },
      () => undefined,
    );
}
