import type { EventName, Events, Changed } from '../../../shared/events.ts';

export type Listener = <E extends EventName>(event: E, payload: Events[E]) => void;

/** Delivers events of services to doors. */
export class EventHub {
  private readonly listeners = new Set<Listener>();

  on(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  emit<E extends EventName>(event: E, payload: Events[E]): void {
    for (const listener of this.listeners) listener(event, payload);
  }

  changed(what: Changed['what'], id: string | null = null): void {
    this.emit('changed', { what, id });
  }
}
