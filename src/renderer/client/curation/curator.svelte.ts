import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { CuratedImage, CurationEdit, DatasetCounts } from '../../../shared/curation.ts';
import { api } from '../api.ts';
import { toast } from '../toasts.svelte.ts';
import type { CurationView } from './commands.svelte.ts';
import { CurationQueue } from './curation-queue.svelte.ts';

const ROWS_PER_CALL = 500;

/**
 * The images that a view outside of Images shows, with their edits. Rows are loaded when they are asked for, an edit shows at once, and edits of
 * other windows are loaded again. The view calls `close` when it leaves the data set.
 */
export class Curator implements CurationView {
  readonly dataset: string;
  /** Images that an action applies to. Set by the view. */
  targets = $state.raw<readonly number[]>([]);
  counts = $state.raw<DatasetCounts | null>(null);
  /** Number of reloads: grows after each edit that took effect, here or in another window. */
  changes = $state(0);
  private readonly queue: CurationQueue;
  private readonly rows = new SvelteMap<number, CuratedImage>(); // reactive per image
  private readonly wanted = new SvelteSet<number>();
  private readonly stop: () => void;

  constructor(dataset: string) {
    this.dataset = dataset;
    this.queue = new CurationQueue(dataset, {
      storedRow: (id) => this.rows.get(id),
      stored: (rows) => {
        for (const [id, row] of rows) this.rows.set(id, row);
      },
      drained: () => this.refresh(),
    });
    this.stop = api.on('changed', ({ what, id }) => {
      if (what === 'datasets' && (id === null || id === dataset) && this.queue.waiting === 0) this.report(this.refresh());
    });
    this.report(this.refresh());
  }

  close(): void {
    this.stop();
  }

  /** The row with the changes of the person, stored or not; undefined until it is loaded. */
  row(id: number): CuratedImage | undefined {
    return this.queue.row(id);
  }

  /** Loads the rows of images that are not loaded yet. */
  want(ids: readonly number[]): void {
    const missing = ids.filter((id) => !this.wanted.has(id));
    for (const id of missing) this.wanted.add(id);
    for (let at = 0; at < missing.length; at += ROWS_PER_CALL) this.report(this.load(missing.slice(at, at + ROWS_PER_CALL)));
  }

  apply(edit: CurationEdit): Promise<void> {
    return this.queue.apply(edit);
  }

  get canUndo(): boolean {
    return this.queue.canUndo;
  }
  get canRedo(): boolean {
    return this.queue.canRedo;
  }
  get undoText(): string | null {
    return this.queue.undoText;
  }
  get redoText(): string | null {
    return this.queue.redoText;
  }
  async undo(): Promise<void> {
    if (this.canUndo || this.queue.state === null) await this.queue.undo();
  }
  async redo(): Promise<void> {
    if (this.canRedo || this.queue.state === null) await this.queue.redo();
  }

  /** Loads the state of the data set and the rows again, in the background. */
  private async refresh(): Promise<void> {
    const { dataset, queue } = this;
    const { finished } = queue;
    const [state, counts] = await Promise.all([api.call('curation.state', { dataset }), api.call('datasets.counts', { dataset })]);
    if (finished !== queue.finished) return; // older than an answered action, whose end loads again
    queue.state = state;
    this.counts = counts;
    const ids = [...this.wanted];
    for (let at = 0; at < ids.length; at += ROWS_PER_CALL) await this.load(ids.slice(at, at + ROWS_PER_CALL));
    this.changes++;
  }

  private async load(ids: number[]): Promise<void> {
    const { finished } = this.queue;
    try {
      const rows = await api.call('images.rows', { dataset: this.dataset, ids });
      if (finished === this.queue.finished) for (const row of rows) this.rows.set(row.id, row);
    } catch (error) {
      for (const id of ids) this.wanted.delete(id);
      throw error;
    }
  }

  private report(work: Promise<unknown>): void {
    work.catch((error: unknown) => toast.error(error));
  }
}
