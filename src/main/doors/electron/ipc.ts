import { Readable } from 'node:stream';
import { type Answer, CHANNELS, type LocalFile } from '../../../shared/bridge.ts';
import { AppError, toWireError } from '../../../shared/errors.ts';
import type { WorkbenchApi } from '../../api/workbench-api.ts';
import { reportError } from '../../foundation/log/report-error.ts';
import { RunningTasks } from '../../rpc/running-tasks.ts';

/** The parts of Electron in use, so that tests can replace them with fakes that clone messages. */
export interface Sender {
  readonly id: number;
}
export interface IpcEvent {
  sender: Sender;
}
export interface IpcMain {
  handle(channel: string, listener: (event: IpcEvent, ...args: unknown[]) => Promise<unknown>): void;
  on(channel: string, listener: (event: IpcEvent, ...args: unknown[]) => void): unknown;
}

export interface IpcDoor {
  /** Cancels the pending calls of a window that was closed or shows a new page. */
  forget(sender: Sender): void;
}

export interface IpcOptions {
  /** Whether a message comes from the screen itself: from the top frame of a window of ours, with our own address. */
  isOurs(event: IpcEvent): boolean;
  /** The path of a local file as the workbench knows it: uploaded if another process serves it, see Api.fileFor. Default: the same path. */
  fileAt?: (path: string, group?: string) => Promise<string>;
}

const REFUSED: Answer = { ok: false, error: toWireError(new AppError('bad-request', 'Only the screen of Twinlens may call this.')) };

/** Passes calls from windows to the workbench. Errors are part of the answer: Electron drops class and code of a thrown error. */
export function attachIpc(ipc: IpcMain, api: Pick<WorkbenchApi, 'call' | 'receive'>, { isOurs, fileAt }: IpcOptions): IpcDoor {
  const windows = new Map<number, RunningTasks<string>>(); // calls by their ticket
  const callsOf = (sender: Sender): RunningTasks<string> => {
    const calls = windows.get(sender.id) ?? new RunningTasks<string>();
    windows.set(sender.id, calls);
    return calls;
  };

  ipc.handle(CHANNELS.call, async (event, ticket, name, input) => {
    if (!isOurs(event) || typeof ticket !== 'string' || typeof name !== 'string') return REFUSED;
    return cloneable(await callsOf(event.sender).run(ticket, (signal) => api.call(name, input, signal)));
  });

  ipc.on(CHANNELS.cancel, (event, ticket) => {
    if (isOurs(event) && typeof ticket === 'string') callsOf(event.sender).cancel(ticket);
  });

  ipc.handle(CHANNELS.file, async (event, file): Promise<Answer> => {
    if (!isOurs(event) || !isLocalFile(file)) return REFUSED;
    try {
      const { group } = file;
      const path =
        'path' in file ? await (fileAt?.(file.path, group) ?? file.path) : await api.receive(file.name, Readable.from([file.bytes]), group);
      return { ok: true, value: path };
    } catch (error) {
      return { ok: false, error: reportError(error, { door: 'desktop' }) };
    }
  });

  return {
    forget: (sender) => {
      windows.get(sender.id)?.cancelAll();
      windows.delete(sender.id);
    },
  };
}

/** Replaces an answer that can't be cloned by an AppError; else the screen would get an error of Electron. */
function cloneable(answer: Answer): Answer {
  try {
    return structuredClone(answer);
  } catch (error) {
    return { ok: false, error: reportError(new AppError('internal', 'The answer could not be sent to the window.', {}, error), { door: 'desktop' }) };
  }
}

function isLocalFile(value: unknown): value is LocalFile {
  if (typeof value !== 'object' || value === null) return false;
  const file = value as Record<string, unknown>;
  if (file['group'] !== undefined && typeof file['group'] !== 'string') return false;
  return typeof file['path'] === 'string' || (typeof file['name'] === 'string' && file['bytes'] instanceof Uint8Array);
}
