import type { WireError } from './errors.ts';

/** What crosses a boundary as the answer to a call: structured-cloneable and JSON-able alike, but for NaN and infinities. */
export type Answer = { ok: true; value: unknown } | { ok: false; error: WireError };

/**
 * What the preload puts into the desktop window. Everything here crosses a border that clones plain values and nothing
 * else: no AbortSignal, no error of a class of its own. The screen makes an Api of it (renderer/client/connection/bridge-client.ts).
 */
export interface Bridge {
  /** `ticket`: the caller's own name for this call, by which it can be cancelled. */
  call(ticket: string, name: string, input: unknown): Promise<Answer>;
  cancel(ticket: string): void;
  /** Returns what ends the listening. */
  listen(listener: (event: string, payload: unknown) => void): () => void;
  /** The path of a file on the machine that does the work. */
  fileFor(file: File): Promise<Answer>;
}

/** The names of the messages between preload and main. */
export const CHANNELS = { call: 'twinlens:call', cancel: 'twinlens:cancel', event: 'twinlens:event', file: 'twinlens:file' } as const;

/** A file that was dropped or chosen: where it lies, or what it holds where it lies nowhere. */
export type HandedFile = { path: string } | { name: string; bytes: Uint8Array };
