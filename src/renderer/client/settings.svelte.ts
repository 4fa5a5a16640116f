import { DEFAULT_SETTINGS, type Settings } from '../../shared/workbench.ts';
import { api } from './api.ts';
import { WriteQueue } from './write-queue.ts';
import { toast } from './toasts.svelte.ts';

/** The user's settings. The theme is applied to the document as soon as it is known. */
class SettingsState {
  value = $state.raw<Settings>(DEFAULT_SETTINGS);
  loaded = $state(false);
  private readonly writes = new WriteQueue();
  private stored: Settings = DEFAULT_SETTINGS;
  private waiting = 0; // changes being stored
  private outdated = false; // stored settings changed meanwhile

  async load(): Promise<void> {
    this.apply((this.stored = await api.call('settings.get', {})));
    this.loaded = true;
    api.on('changed', ({ what }) => {
      if (what === 'settings') this.reload().catch((error: unknown) => toast.error(error));
    });
  }

  /** Takes effect at once. If it can't be stored, a toast says so and the stored settings apply again. */
  async set(patch: Partial<Settings>): Promise<void> {
    this.apply({ ...this.value, ...patch });
    this.waiting++;
    try {
      await this.writes.add(() => api.call('settings.set', patch));
      this.stored = { ...this.stored, ...patch };
    } catch (error) {
      toast.error(error);
      this.apply(this.stored);
    } finally {
      this.waiting--;
      if (this.waiting === 0 && this.outdated) await this.reload().catch((error: unknown) => toast.error(error));
    }
  }

  /** While changes wait to be stored, what is stored is older than what applies. */
  private async reload(): Promise<void> {
    this.outdated = this.waiting > 0;
    if (this.outdated) return;
    const next = await api.call('settings.get', {});
    if (this.waiting > 0) this.outdated = true;
    else this.apply((this.stored = next));
  }

  private apply(next: Settings): void {
    this.value = next;
    applyTheme(next.theme);
  }
}

const prefersLight = matchMedia('(prefers-color-scheme: light)');

function applyTheme(theme: Settings['theme']): void {
  const shown = theme === 'system' ? (prefersLight.matches ? 'light' : 'dark') : theme;
  document.documentElement.dataset['theme'] = shown;
}

export const settings = new SettingsState();
applyTheme('system'); // until the settings are loaded
prefersLight.addEventListener('change', () => applyTheme(settings.value.theme));
