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
    if (signal?.aborted) throw cancelledError();
    const ticket = `${++this.count}`;
    const answer = this.bridge.call(ticket, name, decode(encode(input))); // Svelte state may be wrapped in proxies, which can't be cloned
    let stopListening = (): void => undefined;
    // A cancelled call ends at once for the screen, like an aborted request.
    const cancellation = new Promise<never>((_, fail) => {
      const cancel = (): void => {
        this.bridge.cancel(ticket);
        fail(cancelledError());
      };
      signal?.addEventListener('abort', cancel, { once: true });
      stopListening = () => signal?.removeEventListener('abort', cancel);
    });
    const result = await Promise.race([answer, cancellation]).finally(stopListening);
    if (result.ok) return result.value as CallResult<N>;
    throw fromWireError(result.error);
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

  async fileFor(file: File, group?: string): Promise<string> {
    const answer = await this.bridge.fileFor(file, group);
    if (answer.ok) return answer.value as string;
    throw fromWireError(answer.error);
  }
}

const cancelledError = (): AppError => new AppError('cancelled', 'Cancelled.');
