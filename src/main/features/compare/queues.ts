import type { QueueRequest } from '../../../shared/contract.ts';
import type { PairQueue, QueuedPair } from '../../../shared/explore.ts';
import { unpackPairs } from '../../domain/pairs/packed.ts';
import { calibrationOf } from '../training/evaluate.ts';
import { splitDistances } from '../training/distances.ts';
import type { TrainingServices } from '../training/service.ts';
import type { Counted } from '../../compute/protocol/protocol.ts';
import { judgePairs, rankPairs } from './rank.ts';

const KEPT = 8; // judged splits in memory

/** Judges a split's pairs once for each network and state of the data set, and ranks them as asked. */
export class PairQueues {
  private readonly judged = new Map<string, QueuedPair[]>();

  /**
   * Without distances in memory, embeds the split's images: `onProgress` counts those whose features were not cached.
   * Throws AppError 'bad-request' for a run without a threshold, 'cancelled' after `signal`.
   */
  async get(
    s: TrainingServices,
    request: QueueRequest,
    o: { signal?: AbortSignal | undefined; onProgress?: (p: Counted) => void } = {},
  ): Promise<PairQueue> {
    const run = s.store.runs.get(request.run);
    const calibration = calibrationOf(s.workspace, run);
    const { snapshot } = s.store.datasets.get(run.dataset);
    const key = JSON.stringify([run.run, run.modelSha256, calibration, request.split, snapshot]);
    let pairs = this.judged.get(key);
    if (!pairs) {
      const found = await splitDistances(s, run, request.split, o);
      pairs = judgePairs(unpackPairs(found.pairs), found.distances, calibration);
      this.judged.set(key, pairs);
      for (const old of this.judged.keys()) if (this.judged.size > KEPT) this.judged.delete(old);
    }
    const ranked = rankPairs(pairs, request.kind, calibration.threshold, request.seed);
    const { split, kind, limit } = request;
    return { run: run.run, dataset: run.dataset, split, kind, total: ranked.length, pairs: ranked.slice(0, limit) };
  }
}
