import { DEFAULT_SETTINGS, type Settings } from '../../shared/workbench.ts';
import { api } from './api.ts';
import { toast } from './toasts.svelte.ts';

/** What the person chose for this machine. The theme is applied to the document as soon as it is known. */
class SettingsState {
  value = $state.raw<Settings>(DEFAULT_SETTINGS);
  loaded = $state(false);

  async load(): Promise<void> {
    this.take(await api.call('settings.get', {}));
    this.loaded = true;
    api.on('changed', ({ what }) => {
      if (what === 'settings') void api.call('settings.get', {}).then((next) => this.take(next));
    });
  }

  /** Takes effect at once; a failure to keep it is told. */
  async set(patch: Partial<Settings>): Promise<void> {
    this.take({ ...this.value, ...patch });
    try {
      await api.call('settings.set', patch);
    } catch (error) {
      toast.error(error);
    }
  }

  private take(next: Settings): void {
    this.value = next;
    applyTheme(next.theme);
  }
}

const wantsLight = matchMedia('(prefers-color-scheme: light)');

function applyTheme(theme: Settings['theme']): void {
  const shown = theme === 'system' ? (wantsLight.matches ? 'light' : 'dark') : theme;
  document.documentElement.dataset['theme'] = shown;
}

export const settings = new SettingsState();
applyTheme('system'); // until the settings are known
wantsLight.addEventListener('change', () => applyTheme(settings.value.theme));
