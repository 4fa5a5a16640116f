import type { ShelfModel } from '../../../shared/shelf.ts';
import { api } from '../../client/api.ts';

/** Whether weights that a training would download can be downloaded, asked before it starts. */
export class DownloadCheck {
  private answer = $state.raw<{ id: string; problem: string | null } | null>(null);
  private running: Promise<void> = Promise.resolve();

  /** Why the weights can't be downloaded, as a sentence; null if they can, are here, or were not asked for. */
  problemOf(model: ShelfModel | null): string | null {
    return model !== null && model.state !== 'here' && model.id === this.answer?.id ? this.answer.problem : null;
  }

  /** Asks for a model's weights unless they are here. `again`: even if the last answer is less than a minute old. */
  check(model: ShelfModel | null, again = false): Promise<void> {
    if (model !== null && model.state !== 'here') this.running = this.ask(model.id, again);
    return this.running;
  }

  /** Resolves when the last answer is here: at once, or after some seconds. */
  ready(): Promise<void> {
    return this.running;
  }

  private async ask(id: string, again: boolean): Promise<void> {
    try {
      const { problem } = await api.call('models.reach', { id, again });
      this.answer = { id, problem };
    } catch {
      this.answer = null; // the training itself will say what is wrong
    }
  }
}
