import { asAppError } from '../../../../shared/errors.ts';
import type { Stroke, WhatIf, WhatIfs } from '../../../../shared/what-if.ts';
import { api } from '../../../client/api.ts';
import { toast } from '../../../client/toasts.svelte.ts';
import { WriteQueue } from '../../../client/write-queue.ts';

const TOPIC = 'what-if';

/** The stored edits of the comparison on the screen. Writes are sent one at a time, in the order of the person's actions. */
export class SavedEdits {
  list = $state.raw<readonly WhatIf[]>([]);
  /** Strokes that are not saved as an edit, as last stored. */
  draft = $state.raw<readonly Stroke[]>([]);
  /** Number of writes in progress. */
  writing = $state(0);
  private readonly queue = new WriteQueue();

  /** Loads the edits of a comparison. Rejects as the call does. */
  async load(comparison: string): Promise<WhatIfs> {
    const found = await api.call('whatIfs.list', { comparison });
    this.list = found.saved;
    this.draft = found.draft;
    return found;
  }

  clear(): void {
    this.list = [];
    this.draft = [];
  }

  /** Stores strokes that are not saved as an edit. A failure becomes a toast that tries again. */
  async putDraft(comparison: string, strokes: readonly Stroke[]): Promise<void> {
    this.draft = strokes;
    await this.writeOrOfferRetry(() => api.call('whatIfs.putDraft', { comparison, strokes: [...strokes] }));
  }

  /** Stores the strokes of a saved edit. A failure becomes a toast that tries again. */
  async update(comparison: string, id: string, strokes: readonly Stroke[]): Promise<void> {
    await this.writeOrOfferRetry(async () => this.show(await api.call('whatIfs.save', { comparison, edit: id, strokes: [...strokes] })));
  }

  async annotate(comparison: string, id: string, note: string): Promise<void> {
    this.list = this.list.map((each) => (each.id === id ? { ...each, note } : each));
    await this.writeOrOfferRetry(() => api.call('whatIfs.annotate', { comparison, edit: id, note }));
  }

  /** Saves the strokes as a new edit. Rejects as the call does. */
  add(comparison: string, strokes: readonly Stroke[], note: string): Promise<WhatIf> {
    return this.write(async () => {
      const saved = await api.call('whatIfs.save', { comparison, strokes: [...strokes], note });
      this.draft = [];
      this.show(saved);
      return saved;
    });
  }

  /** Deletes an edit and offers to bring it back. `onRestored` is called after that. Rejects as the call does. */
  async remove(edit: WhatIf, name: string, onRestored: () => unknown): Promise<void> {
    const { id } = edit;
    await this.write(() => api.call('whatIfs.remove', { edit: id }));
    this.list = this.list.filter((each) => each.id !== id);
    toast.undoable(`Deleted ${name}.`, async () => {
      await this.write(() => api.call('whatIfs.restore', { edit: id }));
      await onRestored();
    });
  }

  private show(saved: WhatIf): void {
    this.list = this.list.some(({ id }) => id === saved.id)
      ? this.list.map((each) => (each.id === saved.id ? { ...saved, note: each.note } : each))
      : [...this.list, saved];
  }

  private async write<T>(work: () => Promise<T>): Promise<T> {
    this.writing++;
    try {
      return await this.queue.add(work);
    } finally {
      this.writing--;
    }
  }

  private async writeOrOfferRetry(work: () => Promise<unknown>): Promise<void> {
    try {
      await this.write(work);
    } catch (error) {
      toast.error(asAppError(error), { text: 'Try again', run: () => this.writeOrOfferRetry(work) }, TOPIC);
    }
  }
}
