import { LRUCache } from 'lru-cache';
import type { QueueRequest } from '../../../shared/contract.ts';
import { AppError } from '../../../shared/errors.ts';
import type { PairQueue, QueuedPair, QueueFilter } from '../../../shared/pair-queue.ts';
import type { RunRecord } from '../../../shared/run.ts';
import type { Counted } from '../../compute/protocol/protocol.ts';
import type { BrowseStore } from '../../db/browse.ts';
import type { DatasetStore } from '../../db/datasets.ts';
import type { RunStore } from '../../db/runs.ts';
import { assertFinite } from '../../domain/evaluate/check.ts';
import { type PackedPairs, unpackPairs } from '../../domain/pairs/packed.ts';
import type { Jobs } from '../../foundation/jobs/jobs.ts';
import { verdictsOf, rankPairs } from './rank.ts';

const CACHED_SPLITS = 8;

/** Services that PairQueues uses. */
export interface QueuePorts {
  runs: Pick<RunStore, 'get'>;
  datasets: Pick<DatasetStore, 'get'>;
  images: Pick<BrowseStore, 'rows'>;
  jobs: Pick<Jobs, 'start'>;
  /** Throws AppError 'bad-request' for a run without a threshold. */
  calibrationOf(run: RunRecord): NonNullable<RunRecord['calibration']>;
  /** Distances of a split's stored pairs. `onProgress`: images read because their features were not cached. */
  distances(
    run: RunRecord,
    split: QueueRequest['split'],
    o: { signal: AbortSignal; onProgress(p: Counted): void },
  ): Promise<{ pairs: PackedPairs; distances: Float64Array }>;
}

/** Ranks the pairs of a split for review. Computes the distances once per network and data set snapshot. */
export class PairQueues {
  private readonly verdicts = new LRUCache<string, QueuedPair[]>({ max: CACHED_SPLITS });
  private readonly ports: QueuePorts;

  constructor(ports: QueuePorts) {
    this.ports = ports;
  }

  /** Throws AppError 'bad-request' for a run without a threshold, 'cancelled' after `signal`. */
  async get(request: QueueRequest, signal: AbortSignal): Promise<PairQueue> {
    const run = this.ports.runs.get(request.run);
    const { split, kind, limit, seed, between } = request;
    const calibration = this.ports.calibrationOf(run);
    const { snapshot } = this.ports.datasets.get(run.dataset);
    const key = JSON.stringify([run.run, run.modelSha256, calibration, split, snapshot]);
    let pairs = this.verdicts.get(key);
    if (!pairs) {
      const result = await this.distancesWithJob(run, split, signal);
      assertFinite(result.distances, split);
      pairs = verdictsOf(unpackPairs(result.pairs), result.distances, calibration);
      this.verdicts.set(key, pairs);
    }
    const chosen = between ? this.pairsBetween(run.dataset, pairs, between) : pairs;
    const ranked = rankPairs(chosen, kind, calibration.threshold, seed);
    return { run: run.run, dataset: run.dataset, split, kind, total: ranked.length, pairs: ranked.slice(0, limit) };
  }

  /** The pairs with one image of each of two classes or groups, in either order. */
  private pairsBetween(dataset: string, pairs: readonly QueuedPair[], { by, names }: QueueFilter): QueuedPair[] {
    const ids = [...new Set(pairs.flatMap(({ a, b }) => [a, b]))];
    const nameOf = new Map(this.ports.images.rows(dataset, ids).map(({ id, className, group }) => [id, by === 'class' ? className : group]));
    const wanted = JSON.stringify([...names].sort());
    return pairs.filter(({ a, b }) => JSON.stringify([nameOf.get(a), nameOf.get(b)].sort()) === wanted);
  }

  /** Shows a job only if images must be read: with cached features the distances are immediate. */
  private async distancesWithJob(run: RunRecord, split: QueueRequest['split'], signal: AbortSignal): ReturnType<QueuePorts['distances']> {
    const controller = new AbortController();
    const anySignal = AbortSignal.any([signal, controller.signal]);
    const ended = Promise.withResolvers<null>();
    let report: ((p: Counted & { text: string }) => void) | null = null;
    let job: string | null = null;
    const startJob = (): string =>
      this.ports.jobs.start(
        { kind: 'rank', title: `Ranking ${split === 'valid' ? 'validation' : split} pairs`, subject: run.run },
        async (context) => {
          context.signal.addEventListener('abort', () => controller.abort(), { once: true });
          report = context.progress;
          await ended.promise;
          if (context.signal.aborted) throw new AppError('cancelled', 'Cancelled.');
          return null;
        },
      ).job;
    const onProgress = ({ done, total }: Counted): void => {
      job ??= startJob();
      report?.({ done, total, text: `Reading images: ${done} of ${total}` });
    };
    try {
      return await this.ports.distances(run, split, { signal: anySignal, onProgress });
    } finally {
      ended.resolve(null);
    }
  }
}
