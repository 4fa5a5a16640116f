import { join } from 'node:path';
import type { Pair } from '../../shared/dataset.ts';
import type { RunRecord } from '../../shared/run.ts';
import type { Counted } from '../compute/protocol.ts';
import { pairDistances, rowsOf } from '../evaluate/distances.ts';
import { cachesOf, modelOf, type TrainingServices } from './service.ts';

export interface SplitDistances {
  pairs: Pair[]; // as stored, in the order drawn
  distances: Float64Array; // [pairs.length]
}

/** Distances of a split's stored pairs under a run. Features of images never seen before are computed, and cached on disk. */
export async function splitDistances(
  s: TrainingServices,
  run: RunRecord,
  split: 'test' | 'valid',
  o: { signal?: AbortSignal | undefined; onProgress?: (p: Counted) => void } = {},
): Promise<SplitDistances> {
  const dataset = s.store.datasets.get(run.dataset);
  const pairs = s.store.datasets.pairs(run.dataset, split);
  const images = new Map(s.store.datasets.images(run.dataset).map((image) => [image.id, image]));
  const { ids, rowOf } = rowsOf(pairs);
  const sources = ids.map((i) => ({ file: join(dataset.root, ...images.get(i)!.file.split('/')), sha256: images.get(i)!.sha256 }));
  const request = { model: modelOf(s.workspace, run), caches: cachesOf(s.workspace), images: sources };
  const { embeddings, dim } = await s.compute.ask('embed', request, o);
  return { pairs, distances: pairDistances(pairs, embeddings, dim, rowOf) };
}
