import { LRUCache } from 'lru-cache';
import type { ComparisonRow } from '../../../shared/comparison.ts';
import { AppError } from '../../../shared/errors.ts';
import { hasExamples, type ExamplesAnswer, type PairExamples } from '../../../shared/examples.ts';
import type { RunRecord } from '../../../shared/run.ts';
import type { Counted, ReadExamplesRequest } from '../../compute/protocol/protocol.ts';
import type { PackedImages } from '../../domain/pairs/packed.ts';
import { SharedTasks } from '../../foundation/jobs/shared-tasks.ts';
import { currentRow } from './current-rows.ts';
import { networkProblem } from './network-problem.ts';
import { pairFiles } from './pair-files.ts';
import type { ComparePorts } from './ports.ts';

export interface ReadOptions {
  signal: AbortSignal;
  onProgress?: ((p: Counted) => void) | undefined; // images
}

const CACHED_PAIRS = 64;
const CACHED_DATASETS = 2;

/** Finds the labelled images nearest to those of stored comparisons, in the data set as it is now. */
export class Examples {
  private readonly pairs = new LRUCache<string, PairExamples>({ max: CACHED_PAIRS });
  private readonly images = new LRUCache<string, PackedImages>({ max: CACHED_DATASETS });
  private readonly reading = new SharedTasks<null>(); // by run
  private readonly ports: ComparePorts;

  constructor(ports: ComparePorts) {
    this.ports = ports;
  }

  /**
   * The examples of a stored comparison, or how many images `read` must read first. Throws AppError 'not-found' for an unknown comparison or
   * a deleted network, 'bad-request' if the run has another network now or is not usable, 'bad-image' for a changed file, 'cancelled'.
   */
  async find(id: string, signal: AbortSignal): Promise<ExamplesAnswer> {
    const row = currentRow(this.ports, this.ports.comparisons.get(id));
    const run = this.runOf(row);
    const key = JSON.stringify([id, run.modelSha256, this.ports.images.edits(run.dataset)]);
    const known = this.pairs.get(key);
    if (known) return known;
    const request = {
      ...(await this.requestFor(run)),
      ...pairFiles(row),
      classes: row.images.map(({ className }) => className) as [string | null, string | null],
    };
    const found = await this.ports.checker.ask('findExamples', request, { signal });
    if ('unread' in found) return found;
    const examples: PairExamples = { dataset: run.dataset, ...found };
    this.pairs.set(key, examples);
    return examples;
  }

  /** As `find`, after reading what is missing. */
  async findAll(id: string, options: ReadOptions): Promise<PairExamples> {
    for (;;) {
      const found = await this.find(id, options.signal);
      if (hasExamples(found)) return found;
      await this.read(this.ports.comparisons.get(id).run, options);
    }
  }

  /**
   * Caches the features of a run's labelled images, once at a time for each run: a second caller waits for the first, and reads the rest if
   * that one is cancelled. Throws AppError 'not-found' for an unknown run or deleted network, 'bad-image' for an unreadable image,
   * 'cancelled'; what is cached until then stays.
   */
  async read(id: string, { signal, onProgress }: ReadOptions): Promise<void> {
    const run = this.ports.runs.get(id);
    const problem = networkProblem(this.ports, { run: id, modelSha256: run.modelSha256! }, NO_EXAMPLES);
    if (problem) throw problem;
    for (;;) {
      let isOwn = false;
      try {
        await this.reading.run(id, async () => {
          isOwn = true;
          const request = await this.requestFor(run);
          return this.ports.checker.ask('readExamples', request, { signal, ...(onProgress && { onProgress }) });
        });
        return;
      } catch (error) {
        if (isOwn || signal.aborted || !(error instanceof AppError) || error.code !== 'cancelled') throw error;
      }
    }
  }

  private runOf(row: ComparisonRow): RunRecord {
    const problem = networkProblem(this.ports, row, NO_EXAMPLES);
    if (problem) throw problem;
    return this.ports.runs.get(row.run);
  }

  private async requestFor(run: RunRecord): Promise<ReadExamplesRequest> {
    const { datasets, modelOf, calibrationOf, caches, images: store, includedImages } = this.ports;
    calibrationOf(run); // throws for a network of another version
    const key = JSON.stringify([run.dataset, store.edits(run.dataset)]);
    let images = this.images.get(key);
    if (!images) this.images.set(key, (images = await includedImages(run.dataset)));
    return { model: modelOf(run), caches, root: datasets.header(run.dataset).root, images };
  }
}

const NO_EXAMPLES = 'the nearest examples can’t be found any more';
