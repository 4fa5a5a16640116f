import { untrack } from 'svelte';
import { MAX_VIEW_CHOICE } from '../../shared/setting-rules.ts';
import { DelayedWrite } from './page-end.ts';
import { settings } from './settings.svelte.ts';
import { toast } from './toasts.svelte.ts';

const STORE_MS = 500; // after the last change, so that typing stores only the last text

/**
 * What a person has chosen in a view, such as its filter. The workspace's settings store it, so that it is restored after a reload or a
 * restart. An effect that reads it does not depend on it.
 */
class ViewChoices {
  private readonly pending = new Map<string, string>();
  private readonly delayed = new DelayedWrite(STORE_MS, () => this.write());

  /** The stored value, possibly of another version; undefined if there is none or it is not JSON. */
  read(view: string): unknown {
    const text = this.textOf(view);
    try {
      return text === undefined ? undefined : JSON.parse(text);
    } catch {
      return undefined;
    }
  }

  /** `choices`: a value that JSON can represent. If it is too long for a setting, null is stored, so that no older choices are restored. */
  store(view: string, choices: unknown): void {
    const json = JSON.stringify(choices);
    const text = json.length > MAX_VIEW_CHOICE ? 'null' : json;
    if (text === this.textOf(view)) return;
    if (text !== json && view !== 'routes')
      toast.info('This filter is too long to be stored. After a reload or a restart the view opens without it.');
    this.pending.set(view, text);
    this.delayed.schedule();
  }

  private textOf(view: string): string | undefined {
    return this.pending.get(view) ?? untrack(() => settings.value.viewChoices[view]);
  }

  private write(): void {
    const viewChoices = { ...settings.value.viewChoices, ...Object.fromEntries(this.pending) };
    this.pending.clear();
    void settings.set({ viewChoices });
  }
}

export const viewChoices = new ViewChoices();
