import type { ShelfModel } from '../../shared/shelf.ts';
import { api } from './api.ts';
import { toast } from './toasts.svelte.ts';

/** The models that a training can start from, on this computer or for download. */
class ModelsState {
  list = $state.raw<ShelfModel[]>([]);
  isLoaded = $state(false);
  private running: Promise<void> = Promise.resolve();

  /** One request after the other, so that an earlier answer never replaces a later one. */
  load(): Promise<void> {
    return (this.running = this.running.then(() => this.request()));
  }

  private async request(): Promise<void> {
    try {
      this.list = await api.call('models.list', {});
      this.isLoaded = true;
    } catch (error) {
      toast.error(error);
    }
  }

  /** Loads again after a download or a removal, if a view has shown the list. */
  changed(): void {
    if (this.isLoaded) void this.load();
  }

  byId(id: unknown): ShelfModel | null {
    return this.list.find((model) => model.id === id) ?? null;
  }
}

export const models = new ModelsState();
