import type { WireError } from './errors.ts';

/** The answer to a call. It survives structured cloning, and JSON except for NaN and infinities. */
export type Answer = { ok: true; value: unknown } | { ok: false; error: WireError };

/**
 * What the preload script exposes to the desktop window. Only plain values are cloned across: no AbortSignal, no error
 * classes. The screen builds an Api on it (renderer/client/connection/bridge-client.ts).
 */
export interface Bridge {
  /** `ticket`: chosen by the caller, to cancel this call. */
  call(ticket: string, name: string, input: unknown): Promise<Answer>;
  cancel(ticket: string): void;
  /** Returns a function that stops listening. */
  listen(listener: (event: string, payload: unknown) => void): () => void;
  /** The path of a file on the computer running Twinlens; see Api.fileFor. */
  fileFor(file: File, group?: string): Promise<Answer>;
}

/** Names of the messages between preload and main. */
export const CHANNELS = { call: 'twinlens:call', cancel: 'twinlens:cancel', event: 'twinlens:event', file: 'twinlens:file' } as const;

/** A dropped or chosen file: its path, or its content if it has no path. `group`: see Api.fileFor. */
export type LocalFile = ({ path: string } | { name: string; bytes: Uint8Array }) & { group?: string };
