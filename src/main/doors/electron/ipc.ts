import { type Answer, CHANNELS, type HandedFile } from '../../../shared/bridge.ts';
import { AppError, toWireError } from '../../../shared/errors.ts';
import type { WorkbenchApi } from '../../api/workbench-api.ts';

/** The parts of Electron that the door needs; a test has stand-ins that clone what crosses. */
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
  /** What a window was waiting for is cancelled: it has gone, or shows a new page. */
  forget(sender: Sender): void;
}

export interface IpcOptions {
  /** Whether a message comes from the screen itself: from the top frame of a window of ours, with our own address. */
  isOurs(event: IpcEvent): boolean;
  /** The path of a file that lies on this machine, for whoever does the work; default: the same path. */
  fileAt?: (path: string) => Promise<string>;
}

const STRANGER: Answer = { ok: false, error: toWireError(new AppError('bad-request', 'Only the screen of Twinlens may ask this.')) };

/** Carries calls from windows to the house. Answers are whole values: Electron keeps neither class nor code of a thrown error. */
export function attachIpc(ipc: IpcMain, house: Pick<WorkbenchApi, 'call' | 'receive'>, { isOurs, fileAt }: IpcOptions): IpcDoor {
  const running = new Map<number, Map<string, AbortController>>(); // by window, by ticket
  const of = (sender: Sender): Map<string, AbortController> => {
    const all = running.get(sender.id) ?? new Map<string, AbortController>();
    running.set(sender.id, all);
    return all;
  };

  ipc.handle(CHANNELS.call, async (event, ticket, name, input) => {
    if (!isOurs(event) || typeof ticket !== 'string' || typeof name !== 'string') return STRANGER;
    const calls = of(event.sender);
    const controller = new AbortController();
    calls.set(ticket, controller);
    try {
      return cloneable(await house.call(name, input, controller.signal));
    } finally {
      calls.delete(ticket);
    }
  });

  ipc.on(CHANNELS.cancel, (event, ticket) => {
    if (isOurs(event) && typeof ticket === 'string') of(event.sender).get(ticket)?.abort();
  });

  ipc.handle(CHANNELS.file, async (event, handed): Promise<Answer> => {
    if (!isOurs(event) || !isHandedFile(handed)) return STRANGER;
    try {
      const path = 'path' in handed ? await (fileAt?.(handed.path) ?? handed.path) : await house.receive(handed.name, handed.bytes);
      return { ok: true, value: path };
    } catch (error) {
      return { ok: false, error: toWireError(error) };
    }
  });

  return {
    forget: (sender) => {
      for (const controller of running.get(sender.id)?.values() ?? []) controller.abort();
      running.delete(sender.id);
    },
  };
}

/** An answer that can't be cloned would leave the screen waiting with an error of Electron's. */
function cloneable(answer: Answer): Answer {
  try {
    return structuredClone(answer);
  } catch (error) {
    return { ok: false, error: toWireError(new AppError('internal', 'The answer could not be handed over.', {}, error)) };
  }
}

function isHandedFile(value: unknown): value is HandedFile {
  if (typeof value !== 'object' || value === null) return false;
  const file = value as Record<string, unknown>;
  return typeof file['path'] === 'string' || (typeof file['name'] === 'string' && file['bytes'] instanceof Uint8Array);
}
