import type { Events, EventName } from '../../shared/events.ts';
import type { Answer } from '../../shared/bridge.ts';
import type { MediaFile } from '../features/media/media.ts';

export type { Answer } from '../../shared/bridge.ts';

/**
 * The workbench as its doors see it (Electron, loopback server, in-process): they carry calls, events and files to a
 * screen and know nothing of what these mean.
 */
export interface WorkbenchApi {
  /** Parses the input by the contract, does the work. Never rejects: every failure is an answer. */
  call(name: string, input: unknown, signal?: AbortSignal): Promise<Answer>;
  on(listener: <E extends EventName>(event: E, payload: Events[E]) => void): () => void;
  /**
   * The file behind a MediaPath, made where need be; `signal`: nobody waits for it any more. Throws AppError 'not-found' for
   * anything outside workspace and data sets, 'bad-image' for a file that is no image any more.
   */
  media(path: string, signal?: AbortSignal): Promise<MediaFile>;
  /** Keeps a file that a browser handed over in the workspace; returns its path. */
  receive(name: string, bytes: Uint8Array): Promise<string>;
  /** A file of this machine was dropped or chosen in the desktop window: it may be shown. */
  choose(path: string): Promise<void>;
  /** Jobs that would be lost by closing now. */
  busy(): number;
  /** Cancels what runs, ends the compute processes, gives the workspace back. */
  close(): Promise<void>;
}
