import { LRUCache } from 'lru-cache';
import type { ExplainTarget, ComparisonRow } from '../../../shared/comparison.ts';
import type { ImageRef } from '../../../shared/contract.ts';
import type { MapChoice } from '../../../shared/explanation-methods.ts';
import { api } from '../../client/api.ts';

export type ExplainRequest = { comparison: string } | ({ run: string; a: ImageRef; b: ImageRef; target: ExplainTarget } & MapChoice);

export interface ExplainedPair {
  row: ComparisonRow;
  width: number; // cells
  height: number;
  signed: [Float32Array, Float32Array]; // [height, width] each
}

const MAX_PAIRS = 48;
const cache = new LRUCache<string, Promise<ExplainedPair>>({ max: MAX_PAIRS });
export const keyOf = (request: ExplainRequest): string => JSON.stringify(request);

async function fetchExplanation(request: ExplainRequest, signal: AbortSignal): Promise<ExplainedPair> {
  const { row, maps } = await ('comparison' in request
    ? api.call('compare.open', request, { signal })
    : api.call('compare.explain', request, { signal }));
  const { width, height, signed } = maps;
  return { row, width, height, signed: [Float32Array.from(signed[0]), Float32Array.from(signed[1])] };
}

/** Loads an explanation once; a cancelled or failed request is repeated by the next call. */
export function requestExplanation(request: ExplainRequest, signal: AbortSignal): Promise<ExplainedPair> {
  const key = keyOf(request);
  const cached = cache.get(key);
  if (cached) return cached;
  const loading = fetchExplanation(request, signal);
  cache.set(key, loading);
  loading.catch(() => cache.peek(key) === loading && cache.delete(key));
  return loading;
}

/** After a change of a data set: the stored comparisons then have other classes. */
export const clearExplanations = (): void => cache.clear();

/** Loads the next pair in advance; returns the cancel function. Failures are ignored: opening the pair reports them. */
export function prefetch(request: ExplainRequest): () => void {
  const controller = new AbortController();
  if (!cache.has(keyOf(request))) requestExplanation(request, controller.signal).then(loadPhotos, () => undefined);
  return () => controller.abort();
}

function loadPhotos({ row }: ExplainedPair): void {
  for (const letter of ['a', 'b'] as const) new Image().src = api.media(`comparison/${row.comparison}/${letter}-photo.jpg`);
}

/** Updates a cached row after a change of its judgement, note or saved state. */
export function updateCachedRow(row: ComparisonRow): void {
  for (const [key, loading] of cache.entries())
    void loading.then(
      (found) => {
        if (found.row.comparison === row.comparison) cache.set(key, Promise.resolve({ ...found, row }));
      },
      () => undefined,
    );
}
