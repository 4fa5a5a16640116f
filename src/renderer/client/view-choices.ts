import { untrack } from 'svelte';
import { settings } from './settings.svelte.ts';

const STORE_MS = 500; // after the last change, so that typing stores only the last text

/**
 * What a person has chosen in a view, such as its filter: stored in the workspace's settings, so that it survives a reload and a
 * restart. Reading it makes no dependency of an effect.
 */
class ViewChoices {
  private readonly pending = new Map<string, string>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** As last stored, from any version of the program; undefined if nothing readable is stored. */
  read(view: string): unknown {
    const text = this.textOf(view);
    try {
      return text === undefined ? undefined : JSON.parse(text);
    } catch {
      return undefined;
    }
  }

  /** `choices`: a value of JSON. */
  store(view: string, choices: unknown): void {
    const text = JSON.stringify(choices);
    if (text === this.textOf(view)) return;
    this.pending.set(view, text);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.write(), STORE_MS);
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
