import type { PackedPairs } from '../../domain/pairs/packed.ts';
import type { RunRecord } from '../../../shared/run.ts';
import type { Counted, PairsRequest } from '../../compute/protocol/protocol.ts';
import { cachesOf, modelOf, type TrainingServices } from './service.ts';

export interface SplitDistances {
  pairs: PackedPairs; // as stored, in the order drawn
  distances: Float64Array; // [pairs]
}

/** What compute needs to measure a split's stored pairs under a run. */
export async function pairsRequest(s: TrainingServices, run: RunRecord, split: 'test' | 'valid'): Promise<PairsRequest> {
  const { root } = s.store.datasets.place(run.dataset);
  return { model: modelOf(s.workspace, run), caches: cachesOf(s.workspace), root, ...(await s.rows.split(run.dataset, split)) };
}

/** Distances of a split's stored pairs under a run. Features of images never seen before are computed, and cached on disk. */
export async function splitDistances(
  s: TrainingServices,
  run: RunRecord,
  split: 'test' | 'valid',
  o: { signal?: AbortSignal | undefined; onProgress?: (p: Counted) => void } = {},
): Promise<SplitDistances> {
  const request = await pairsRequest(s, run, split);
  return { pairs: request.pairs, distances: await s.compute.ask('distances', request, o) };
}
