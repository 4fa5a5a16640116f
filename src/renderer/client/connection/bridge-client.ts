import type { Bridge } from '../../../shared/bridge.ts';
import type { Api, CallInput, CallName, CallResult } from '../../../shared/contract.ts';
import type { EventName, Events } from '../../../shared/events.ts';
import { AppError, fromWireError } from '../../../shared/errors.ts';
import { decode, encode } from '../../../shared/wire.ts';

/** The workbench through the desktop window's preload. */
export class BridgeClient implements Api {
  private readonly bridge: Bridge;
  private count = 0;

  constructor(bridge: Bridge) {
    this.bridge = bridge;
  }

  async call<N extends CallName>(name: N, input: CallInput<N>, { signal }: { signal?: AbortSignal } = {}): Promise<CallResult<N>> {
    if (signal?.aborted) throw cancelled();
    const ticket = `${++this.count}`;
    const answer = this.bridge.call(ticket, name, decode(encode(input))); // Svelte state may be wrapped in proxies, which can't be cloned
    let stopListening = (): void => undefined;
    // A cancelled call ends at once for the screen, like an aborted request.
    const abandoned = new Promise<never>((_, fail) => {
      const abandon = (): void => {
        this.bridge.cancel(ticket);
        fail(cancelled());
      };
      signal?.addEventListener('abort', abandon, { once: true });
      stopListening = () => signal?.removeEventListener('abort', abandon);
    });
    const answered = await Promise.race([answer, abandoned]).finally(stopListening);
    if (answered.ok) return answered.value as CallResult<N>;
    throw fromWireError(answered.error);
  }

  on<E extends EventName>(event: E, listener: (payload: Events[E]) => void): () => void {
    return this.bridge.listen((name, payload) => {
      if (name === event) listener(payload as Events[E]);
    });
  }

  /** Relative to the page's address, twinlens://app/. */
  media(path: string): string {
    return `media/${path}`;
  }

  async fileFor(file: File): Promise<string> {
    const answered = await this.bridge.fileFor(file);
    if (answered.ok) return answered.value as string;
    throw fromWireError(answered.error);
  }
}

const cancelled = (): AppError => new AppError('cancelled', 'Cancelled.');
