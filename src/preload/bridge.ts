import { type Answer, type Bridge, CHANNELS, type HandedFile } from '../shared/bridge.ts';

/** The part of Electron's ipcRenderer that is used. */
export interface Messages {
  invoke(channel: string, ...args: unknown[]): Promise<unknown>;
  send(channel: string, ...args: unknown[]): void;
  on(channel: string, listener: (event: unknown, ...args: unknown[]) => void): unknown;
  off(channel: string, listener: (event: unknown, ...args: unknown[]) => void): unknown;
}

/** The contract and nothing else: channel names are fixed here, so that a page can't choose them. */
export function bridgeOver(messages: Messages, pathOf: (file: File) => string): Bridge {
  return {
    call: (ticket, name, input) => messages.invoke(CHANNELS.call, ticket, name, input) as Promise<Answer>,
    cancel: (ticket) => {
      messages.send(CHANNELS.cancel, ticket);
    },
    listen: (listener) => {
      const hear = (_: unknown, event: unknown, payload: unknown): void => {
        listener(event as string, payload);
      };
      messages.on(CHANNELS.event, hear);
      return () => {
        messages.off(CHANNELS.event, hear);
      };
    },
    fileFor: async (file) => {
      const path = pathOf(file);
      const handed: HandedFile = path ? { path } : { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
      return messages.invoke(CHANNELS.file, handed) as Promise<Answer>;
    },
  };
}
