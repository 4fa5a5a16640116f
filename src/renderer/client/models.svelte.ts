import type { ShelfModel } from '../../shared/shelf.ts';
import { api } from './api.ts';
import { toast } from './toasts.svelte.ts';

/** The models that a training can start from, on this computer or for download. */
class ModelsState {
  list = $state.raw<ShelfModel[]>([]);
  isLoaded = $state(false);

  async load(): Promise<void> {
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
