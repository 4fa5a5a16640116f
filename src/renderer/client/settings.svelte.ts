import { DEFAULT_SETTINGS, type Settings } from '../../shared/workbench.ts';
import { api } from './api.ts';
import { toast } from './toasts.svelte.ts';

/** The user's settings. The theme is applied to the document as soon as it is known. */
class SettingsState {
  value = $state.raw<Settings>(DEFAULT_SETTINGS);
  loaded = $state(false);

  async load(): Promise<void> {
    this.apply(await api.call('settings.get', {}));
    this.loaded = true;
    api.on('changed', ({ what }) => {
      if (what === 'settings') void api.call('settings.get', {}).then((next) => this.apply(next));
    });
  }

  /** Takes effect at once; a failure to store it becomes a toast. */
  async set(patch: Partial<Settings>): Promise<void> {
    this.apply({ ...this.value, ...patch });
    try {
      await api.call('settings.set', patch);
    } catch (error) {
      toast.error(error);
    }
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
