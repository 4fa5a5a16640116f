import { settings } from './settings.svelte.ts';

export type PickerRequest =
  { kind: 'folder'; title: string } | { kind: 'image'; title: string } | { kind: 'save'; title: string; name: string; extension: string };

/** The request that the picker dialog shows, one at a time. */
class PathPickerState {
  request = $state.raw<PickerRequest | null>(null);
  private answer: ((path: string | null) => void) | null = null;

  /** The folder of the last chosen path: the next chooser opens there, also after a restart (`chooserFolder` in the settings). */
  get lastFolder(): string | null {
    return settings.value.chooserFolder;
  }

  set lastFolder(folder: string | null) {
    if (folder !== settings.value.chooserFolder) void settings.set({ chooserFolder: folder });
  }

  /** The chosen path; null if the dialog was closed. */
  open(request: PickerRequest): Promise<string | null> {
    this.close(null);
    this.request = request;
    return new Promise((resolve) => (this.answer = resolve));
  }

  close(path: string | null): void {
    this.request = null;
    this.answer?.(path);
    this.answer = null;
  }
}

export const pathPicker = new PathPickerState();
