import type { DatasetCounts, FoundImages, ImageQuery } from '../../shared/curation.ts';
import type { Store } from '../db/store.ts';
import { LARGE } from './curated.ts';
import type { ImportAsk, Importing } from './import-session.ts';
import { beginInThread, type SetThread, setThread } from './thread/set-thread.ts';

/**
 * What takes long on a large data set, done in threads: one searches, one draws pairs anew, and each import has its own.
 * Small ones are quicker here than asked for there.
 */
export class LargeSets {
  private readonly store: Store;
  private readonly thread: () => SetThread;
  private readonly searching: SetThread;
  private readonly drawing: SetThread;
  private readonly importing = new Set<SetThread>();
  private readonly drawn = new Map<string, Promise<unknown>>(); // being drawn

  /** `entry`: the threads' script; `database`: of the workspace that this process has open for writing. */
  constructor(store: Store, entry: string, database: string) {
    this.store = store;
    this.thread = () => setThread(entry, database);
    this.searching = this.thread();
    this.drawing = this.thread();
  }

  async find(query: ImageQuery): Promise<FoundImages> {
    return this.isLarge(query.dataset) ? this.searching.ask('find', query) : this.store.browse.find(query);
  }

  async counts(dataset: string): Promise<DatasetCounts> {
    return this.isLarge(dataset) ? this.searching.ask('counts', { dataset }) : this.store.browse.counts(dataset);
  }

  /** Resolves once the pairs of every edited large data set are drawn, so that none is drawn on the way to an answer. */
  async ready(): Promise<void> {
    for (let waiting = this.store.datasets.underived(LARGE); waiting.length > 0; waiting = this.store.datasets.underived(LARGE)) {
      await Promise.all(waiting.map((dataset) => this.redraw(dataset)));
    }
  }

  begin(ask: ImportAsk, signal: AbortSignal): Promise<Importing> {
    const thread = this.thread();
    this.importing.add(thread);
    return beginInThread(thread, ask, { signal, onEnd: () => void this.importing.delete(thread) });
  }

  /** Until every thread has given its connection back. */
  async close(): Promise<void> {
    await Promise.all([this.searching, this.drawing, ...this.importing].map((thread) => thread.end()));
  }

  private redraw(dataset: string): Promise<unknown> {
    const known = this.drawn.get(dataset);
    if (known) return known;
    const drawing = this.drawing.ask('redraw', { dataset }).finally(() => this.drawn.delete(dataset));
    this.drawn.set(dataset, drawing);
    return drawing;
  }

  private isLarge(dataset: string): boolean {
    return this.store.datasets.place(dataset).images > LARGE;
  }
}
