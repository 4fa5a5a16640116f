import type { PairListSummary } from '../../../shared/pair-list.ts';
import type { CurationState, DatasetCounts, FoundImages, ImageQuery } from '../../../shared/curation.ts';
import type { PairRelation } from '../../../shared/pair-relation.ts';
import type { Store } from '../../db/store.ts';
import { imagesOfWarnings, LARGE } from './curated.ts';
import { type Change, applyChange } from './edit.ts';
import type { ImportRequest, RunningImport } from './folder-import.ts';
import {
  allRows,
  type AllRows,
  type DatasetRows,
  type PairCounts,
  pairCounts,
  splitRows,
  type SplitRows,
  structureRows,
  type StructureRows,
  trainingRows,
  type TrainingRows,
} from './rows.ts';
import { beginImportInThread, type DatasetThread, startDatasetThread } from './thread/dataset-thread.ts';

/**
 * Runs slow work on large data sets in worker threads: one searches and edits, one samples and reads pairs, and each import
 * and export has its own. Small data sets are handled in this thread, which is faster than a round trip.
 */
export class LargeDatasets implements DatasetRows {
  private readonly store: Store;
  private readonly startThread: () => DatasetThread;
  private readonly searchThread: DatasetThread;
  private readonly pairsThread: DatasetThread;
  private readonly transferThreads = new Set<DatasetThread>(); // one per running import or export
  private readonly pendingUpdates = new Map<string, Promise<unknown>>(); // by data set

  /** `entry`: script of the threads; `database`: file that this process has open for writing. */
  constructor(store: Store, entry: string, database: string) {
    this.store = store;
    this.startThread = () => startDatasetThread(entry, database);
    this.searchThread = this.startThread();
    this.pairsThread = this.startThread();
  }

  async find(query: ImageQuery): Promise<FoundImages> {
    return this.isLarge(query.dataset) ? this.searchThread.ask('find', query) : this.store.browse.find(query);
  }

  async counts(dataset: string): Promise<DatasetCounts> {
    return this.isLarge(dataset) ? this.searchThread.ask('counts', { dataset }) : this.store.browse.counts(dataset);
  }

  /** As `copies` of BrowseStore. */
  async copies(dataset: string): Promise<number[]> {
    return this.isLarge(dataset) ? this.searchThread.ask('copies', { dataset }) : this.store.browse.copies(dataset);
  }

  /** As imagesOfWarnings. */
  async imagesOfWarnings(dataset: string): Promise<{ text: string; ids: number[] }[]> {
    return this.isLarge(dataset) ? this.pairsThread.ask('imagesOfWarnings', { dataset }) : imagesOfWarnings(this.store, dataset);
  }

  async meanPixels(dataset: string): Promise<number> {
    return this.isLarge(dataset) ? this.searchThread.ask('meanPixels', { dataset }) : this.store.browse.meanPixels(dataset);
  }

  /** Resolves when the pairs of every edited large data set are up to date, so that no call samples them in main. */
  async ready(): Promise<void> {
    for (let outdated = this.store.datasets.withoutDerived(LARGE); outdated.length > 0; outdated = this.store.datasets.withoutDerived(LARGE)) {
      await Promise.all(outdated.map((dataset) => this.updateDerived(dataset)));
    }
  }

  /** Runs in the search thread, so that the next search includes the change. */
  async change(dataset: string, change: Change): Promise<CurationState> {
    return this.isLarge(dataset) ? this.searchThread.ask('edit', { dataset, change }) : applyChange(this.store.curation, dataset, change);
  }

  async trainingRows(dataset: string, relation: PairRelation, pairRecipe: number): Promise<TrainingRows> {
    return this.isLarge(dataset)
      ? this.pairsThread.ask('trainingRows', { dataset, relation, pairRecipe })
      : trainingRows(this.store, dataset, relation, pairRecipe);
  }

  async splitRows(dataset: string, split: 'test' | 'valid', relation: PairRelation): Promise<SplitRows> {
    return this.isLarge(dataset) ? this.pairsThread.ask('splitRows', { dataset, split, relation }) : splitRows(this.store, dataset, split, relation);
  }

  async structureRows(dataset: string, relation: PairRelation): Promise<StructureRows> {
    return this.isLarge(dataset) ? this.pairsThread.ask('structureRows', { dataset, relation }) : structureRows(this.store, dataset, relation);
  }

  async pairCounts(dataset: string, relation: PairRelation): Promise<PairCounts> {
    return this.isLarge(dataset) ? this.pairsThread.ask('pairCounts', { dataset, relation }) : pairCounts(this.store, dataset, relation);
  }

  async allRows(dataset: string): Promise<AllRows> {
    return this.isLarge(dataset) ? this.pairsThread.ask('allRows', { dataset }) : allRows(this.store, dataset);
  }

  /** In a thread, whatever the data set's size: the file may have many rows. */
  addPairList(dataset: string, file: string): Promise<PairListSummary> {
    return this.pairsThread.ask('addPairList', { dataset, file });
  }

  /** Writes the CSV list of all images. */
  async writeCsv(dataset: string, file: string): Promise<void> {
    await this.runInTransferThread((thread) => thread.ask('csv', { dataset, file }));
  }

  /** Copies the included images. Throws as copyCurated does. */
  async copy(dataset: string, out: string, signal: AbortSignal, onProgress: (done: number, total: number) => void): Promise<void> {
    await this.runInTransferThread((thread) =>
      thread.ask('copy', { dataset, out }, { signal, onProgress: ({ done, total }) => onProgress(done, total) }),
    );
  }

  /** Starts an import in its own thread. Throws as FolderImport.begin does. */
  begin(request: ImportRequest, signal: AbortSignal): Promise<RunningImport> {
    const thread = this.startTransferThread();
    return beginImportInThread(thread, request, { signal, onEnd: () => void this.transferThreads.delete(thread) });
  }

  /** Resolves when every thread has closed its connection. */
  async close(): Promise<void> {
    await Promise.all([this.searchThread, this.pairsThread, ...this.transferThreads].map((thread) => thread.end()));
  }

  private startTransferThread(): DatasetThread {
    const thread = this.startThread();
    this.transferThreads.add(thread);
    return thread;
  }

  private async runInTransferThread(work: (thread: DatasetThread) => Promise<unknown>): Promise<void> {
    const thread = this.startTransferThread();
    try {
      await work(thread);
    } finally {
      await thread.end();
      this.transferThreads.delete(thread);
    }
  }

  private updateDerived(dataset: string): Promise<unknown> {
    const pending = this.pendingUpdates.get(dataset);
    if (pending) return pending;
    const update = this.pairsThread.ask('updateDerived', { dataset }).finally(() => this.pendingUpdates.delete(dataset));
    this.pendingUpdates.set(dataset, update);
    return update;
  }

  private isLarge(dataset: string): boolean {
    return this.store.datasets.header(dataset).images > LARGE;
  }
}
