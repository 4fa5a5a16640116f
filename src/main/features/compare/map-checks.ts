import { join } from 'node:path';
import { LRUCache } from 'lru-cache';
import type { Comparison, ComparisonRow } from '../../../shared/comparison.ts';
import type { ImageQuery } from '../../../shared/curation.ts';
import { AppError } from '../../../shared/errors.ts';
import type { MapChoice } from '../../../shared/explanation-methods.ts';
import { DONORS, type FaithfulnessCheck, RECIPE, SEED_VERSION, zOf } from '../../../shared/faithfulness.ts';
import { randomFor } from '../../../shared/random.ts';
import type { RunRecord } from '../../../shared/run.ts';
import type { Counted, SourceImage } from '../../compute/protocol/protocol.ts';
import { SerialQueue } from '../../foundation/jobs/serial-queue.ts';
import { mapsOf } from './compare-pair.ts';
import { currentRow } from './current-rows.ts';
import { mapsRequest } from './maps-request.ts';
import type { NetworkGates } from './network-gates.ts';
import { networkProblem } from './network-problem.ts';
import type { ComparePorts } from './ports.ts';

export interface CheckOptions {
  signal: AbortSignal;
  onProgress?: ((p: Counted) => void) | undefined; // forward passes
}

const CANDIDATES = 3 * DONORS; // for donors: the first that can be read are used

/** Checks how faithful the maps of stored comparisons are, one pair at a time, and stores the results with them. */
export class MapChecks {
  private readonly queue = new SerialQueue();
  private readonly trainImages = new LRUCache<string, Int32Array>({ max: 2 });
  private readonly ports: ComparePorts;
  private readonly gates: NetworkGates;

  constructor(ports: ComparePorts, gates: NetworkGates) {
    this.ports = ports;
    this.gates = gates;
  }

  /**
   * The comparison with its check, which is computed unless it is stored. Throws AppError 'not-found' for an unknown comparison, lost maps,
   * images or network, 'bad-request' if the run has another network now or a file is damaged, 'bad-image', 'cancelled', and as `distances`
   * does; then nothing is stored.
   */
  check(id: string, { signal, onProgress }: CheckOptions): Promise<ComparisonRow> {
    return this.queue.run(
      signal,
      () => undefined,
      async () => {
        const row = this.ports.comparisons.get(id);
        if (!row.check) {
          if (signal.aborted) throw new AppError('cancelled', 'Cancelled.');
          this.ports.comparisons.putCheck(id, await this.compute(row, { signal, onProgress }));
          this.ports.announce(id);
        }
        return currentRow(this.ports, this.ports.comparisons.get(id));
      },
    );
  }

  /** Throws AppError 'not-found' for an unknown run, and as mapsOf does. */
  assertMaps(run: string, choice: MapChoice): void {
    mapsOf(this.ports, this.ports.runs.get(run), choice);
  }

  /** Why the comparison's maps can't be checked any more; null if they can. Throws AppError 'not-found' for an unknown run. */
  problemOf(row: Comparison): AppError | null {
    return networkProblem(this.ports, row, 'these maps can’t be checked any more. They stay as they are');
  }

  private async compute(row: ComparisonRow, { signal, onProgress }: CheckOptions): Promise<FaithfulnessCheck> {
    const problem = this.problemOf(row);
    if (problem) throw problem;
    const run = this.ports.runs.get(row.run);
    const maps = await mapsRequest(this.ports, run, row);
    const gate = await this.gates.of(run, signal);
    const donors = this.donorsFor(run, row);
    const { root } = this.ports.datasets.header(run.dataset);
    const request = {
      ...maps,
      modelSha256: run.modelSha256,
      donors: donors.map(({ file, sha256 }): SourceImage => ({ file: join(root, ...file.split('/')), sha256 })),
    };
    const { distance, images, donors: used } = await this.ports.checker.ask('checkMaps', request, { signal, ...(onProgress && { onProgress }) });
    return { recipe: RECIPE, checkedMs: Date.now(), distance, images, donors: used.map((i) => donors[i]!), gate, z: zOf(images) };
  }

  /** Candidates for the donors: training images with another content than the pair, the same for (B, A). */
  private donorsFor({ dataset }: RunRecord, { images }: Comparison): { file: string; sha256: string }[] {
    const own = images.map(({ sha256 }) => sha256).sort();
    const random = randomFor(SEED_VERSION, 'donor', ...own);
    const ids = this.trainIds(dataset);
    const chosen = Array.from({ length: Math.min(3 * CANDIDATES, ids.length) }, () => ids[random.below(ids.length)]!);
    return this.ports.images
      .rows(dataset, [...new Set(chosen)])
      .filter(({ sha256 }) => !own.includes(sha256))
      .slice(0, CANDIDATES)
      .map(({ file, sha256 }) => ({ file, sha256 }));
  }

  private trainIds(dataset: string): Int32Array {
    const { images } = this.ports;
    const key = JSON.stringify([dataset, images.edits(dataset)]);
    let ids = this.trainImages.get(key);
    if (!ids) {
      const query: ImageQuery = { dataset, text: '', classes: [], tags: [], splits: ['train'], state: 'included', sort: 'file', descending: false };
      this.trainImages.set(key, (ids = images.find(query).ids));
    }
    return ids;
  }
}
