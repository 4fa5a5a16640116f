import type { CurationState, DatasetCounts, FoundImages, ImageQuery } from '../../../shared/curation.ts';
import type { Store } from '../../db/store.ts';
import { LARGE } from './curated.ts';
import { type Change, applyChange } from './edit.ts';
import type { ImportRequest, RunningImport } from './import-session.ts';
import { type DatasetRows, splitRows, type SplitRows, trainingRows, type TrainingRows } from './rows.ts';
import { beginImportInThread, type DatasetThread, datasetThread } from './thread/dataset-thread.ts';

/**
 * Runs slow work on large data sets in threads: one searches and edits, one samples and reads pairs, and each import and export
 * has its own. Small data sets are handled in this thread: that is faster than a message.
 */
export class LargeDatasets implements DatasetRows {
  private readonly store: Store;
  private readonly thread: () => DatasetThread;
  private readonly searching: DatasetThread;
  private readonly drawing: DatasetThread;
  private readonly others = new Set<DatasetThread>(); // of one import or export each
  private readonly drawn = new Map<string, Promise<unknown>>(); // being drawn

  /** `entry`: the threads' script; `database`: of the workspace that this process has open for writing. */
  constructor(store: Store, entry: string, database: string) {
    this.store = store;
    this.thread = () => datasetThread(entry, database);
    this.searching = this.thread();
    this.drawing = this.thread();
  }

  async find(query: ImageQuery): Promise<FoundImages> {
    return this.isLarge(query.dataset) ? this.searching.ask('find', query) : this.store.browse.find(query);
  }

  async counts(dataset: string): Promise<DatasetCounts> {
    return this.isLarge(dataset) ? this.searching.ask('counts', { dataset }) : this.store.browse.counts(dataset);
  }

  async meanPixels(dataset: string): Promise<number> {
    return this.isLarge(dataset) ? this.searching.ask('meanPixels', { dataset }) : this.store.browse.meanPixels(dataset);
  }

  /** Resolves once the pairs of every edited large data set are sampled, so that no call has to wait for that. */
  async ready(): Promise<void> {
    for (let waiting = this.store.datasets.underived(LARGE); waiting.length > 0; waiting = this.store.datasets.underived(LARGE)) {
      await Promise.all(waiting.map((dataset) => this.redraw(dataset)));
    }
  }

  /** Runs in the search thread, so that the next search sees the change. */
  async change(dataset: string, change: Change): Promise<CurationState> {
    return this.isLarge(dataset) ? this.searching.ask('edit', { dataset, change }) : applyChange(this.store.curation, dataset, change);
  }

  async training(dataset: string): Promise<TrainingRows> {
    return this.isLarge(dataset) ? this.drawing.ask('training', { dataset }) : trainingRows(this.store, dataset);
  }

  async split(dataset: string, split: 'test' | 'valid'): Promise<SplitRows> {
    return this.isLarge(dataset) ? this.drawing.ask('split', { dataset, split }) : splitRows(this.store, dataset, split);
  }

  /** Writes the list of all images. */
  async writeCsv(dataset: string, file: string): Promise<void> {
    await this.inAnother((thread) => thread.ask('csv', { dataset, file }));
  }

  /** Copies the images that are kept. Throws as copyCurated does. */
  async copy(dataset: string, out: string, signal: AbortSignal, onProgress: (done: number, total: number) => void): Promise<void> {
    await this.inAnother((thread) => thread.ask('copy', { dataset, out }, { signal, onProgress: ({ done, total }) => onProgress(done, total) }));
  }

  begin(ask: ImportRequest, signal: AbortSignal): Promise<RunningImport> {
    const thread = this.another();
    return beginImportInThread(thread, ask, { signal, onEnd: () => void this.others.delete(thread) });
  }

  /** Resolves once every thread has closed its database connection. */
  async close(): Promise<void> {
    await Promise.all([this.searching, this.drawing, ...this.others].map((thread) => thread.end()));
  }

  private another(): DatasetThread {
    const thread = this.thread();
    this.others.add(thread);
    return thread;
  }

  private async inAnother(work: (thread: DatasetThread) => Promise<unknown>): Promise<void> {
    const thread = this.another();
    try {
      await work(thread);
    } finally {
      await thread.end();
      this.others.delete(thread);
    }
  }

  private redraw(dataset: string): Promise<unknown> {
    const known = this.drawn.get(dataset);
    if (known) return known;
    const drawing = this.drawing.ask('redraw', { dataset }).finally(() => this.drawn.delete(dataset));
    this.drawn.set(dataset, drawing);
    return drawing;
  }

  private isLarge(dataset: string): boolean {
    return this.store.datasets.header(dataset).images > LARGE;
  }
}
