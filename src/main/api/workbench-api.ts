import type { Events, EventName } from '../../shared/events.ts';
import type { Answer } from '../../shared/bridge.ts';
import type { MediaFile } from '../features/media/media.ts';

export type { Answer } from '../../shared/bridge.ts';

/**
 * The interface between the workbench and its doors (Electron, loopback server, in-process). Doors transport calls, events and
 * files without knowing their meaning.
 */
export interface WorkbenchApi {
  /** Validates the input by the contract and runs the call. Never rejects: an error is returned as an answer. */
  call(name: string, input: unknown, signal?: AbortSignal): Promise<Answer>;
  on(listener: <E extends EventName>(event: E, payload: Events[E]) => void): () => void;
  /**
   * The file for a MediaPath, created if needed. `signal`: aborted when no client waits. Throws AppError 'not-found' for files
   * outside the workspace and data sets, 'bad-image' for a file that is no longer an image.
   */
  media(path: string, signal?: AbortSignal): Promise<MediaFile>;
  /** Stores an uploaded file in the workspace as its content arrives. Returns its path. `group`: see Api.fileFor. */
  receive(name: string, content: AsyncIterable<Uint8Array>, group?: string): Promise<string>;
  /** Allows showing a file that was dropped or chosen in the desktop window. */
  choose(path: string): Promise<void>;
  /** Number of running jobs, which `close` would cancel. */
  busy(): number;
  /** Cancels running jobs, ends the compute processes and releases the workspace. */
  close(): Promise<void>;
}
