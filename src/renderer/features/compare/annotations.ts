import type { ComparisonRow } from '../../../shared/comparison.ts';
import { api } from '../../client/api.ts';
import { deletedComparisonsText } from '../../client/deleted-comparisons.ts';
import { WriteQueue } from '../../client/write-queue.ts';
import { toast } from '../../client/toasts.svelte.ts';

export type Notes = Partial<Pick<ComparisonRow, 'saved' | 'judgement' | 'note' | 'shownScale'>>;

const TOPIC = 'annotations';

/** Judgements, notes and saving of comparisons: shown at once, stored one at a time in the order of the person's actions. */
export class Annotations {
  private readonly show: (row: ComparisonRow) => void;
  private readonly onWaiting: (change: 1 | -1) => void;
  private readonly queue = new WriteQueue();
  private readonly stored = new Map<string, ComparisonRow>(); // as last answered, of comparisons with waiting changes
  private readonly changes = new Map<string, Notes[]>(); // waiting, by comparison
  private failed = new Map<string, { row: ComparisonRow; notes: Notes }>(); // to try again, by comparison

  /** `onWaiting` counts the writes in progress. */
  constructor(show: (row: ComparisonRow) => void, onWaiting: (change: 1 | -1) => void) {
    this.show = show;
    this.onWaiting = onWaiting;
  }

  /** `row`: the comparison as shown. Failures become a toast that tries them again. */
  async annotate(row: ComparisonRow, notes: Notes): Promise<void> {
    const { comparison } = row;
    try {
      await this.change(row, notes, () => api.call('compare.annotate', { comparison, ...notes }));
    } catch (error) {
      this.failed.set(comparison, { row, notes: { ...this.failed.get(comparison)?.notes, ...notes } });
      toast.error(error, { text: 'Try again', run: () => this.retry() }, TOPIC);
    }
  }

  async remove(row: ComparisonRow): Promise<void> {
    const { comparison } = row;
    try {
      await this.change(row, { saved: false }, () => api.call('compare.remove', { comparison }));
      const reports = await api.call('reports.list', {}).catch(() => []); // without them the message is shorter
      toast.undoable(deletedComparisonsText([comparison], reports), () => this.restore(row), `deleted-${comparison}`);
    } catch (error) {
      toast.error(error);
    }
  }

  private async restore(row: ComparisonRow): Promise<void> {
    await this.change(row, { saved: true }, () => api.call('compare.restore', { comparison: row.comparison }));
  }

  private async retry(): Promise<void> {
    const failed = [...this.failed.values()];
    this.failed = new Map();
    await Promise.all(failed.map(({ row, notes }) => this.annotate(row, notes)));
  }

  /** Rejects as `write` does, after the screen shows what is stored. */
  private async change(row: ComparisonRow, notes: Notes, write: () => Promise<ComparisonRow | null>): Promise<void> {
    const { comparison } = row;
    const changes = this.changes.get(comparison) ?? [];
    if (changes.length === 0) this.stored.set(comparison, row);
    this.changes.set(comparison, changes);
    changes.push(notes);
    this.onWaiting(1);
    this.show({ ...row, ...notes });
    try {
      await this.queue.add(async () => {
        try {
          const answer = await write();
          this.stored.set(comparison, answer ?? { ...this.stored.get(comparison)!, ...notes });
        } catch (error) {
          const now = await api.call('compare.get', { comparison }).catch(() => null); // a lost answer may have taken effect
          if (now) this.stored.set(comparison, now);
          throw error;
        }
      });
    } finally {
      this.onWaiting(-1);
      changes.splice(changes.indexOf(notes), 1);
      this.show(changes.reduce<ComparisonRow>((shown, later) => ({ ...shown, ...later }), this.stored.get(comparison)!));
      if (changes.length === 0) this.stored.delete(comparison);
    }
  }
}
