import { type Answer, type Bridge, CHANNELS, type LocalFile } from '../shared/bridge.ts';

/** The methods of Electron's ipcRenderer in use. */
export interface Messages {
  invoke(channel: string, ...args: unknown[]): Promise<unknown>;
  send(channel: string, ...args: unknown[]): void;
  on(channel: string, listener: (event: unknown, ...args: unknown[]) => void): unknown;
  off(channel: string, listener: (event: unknown, ...args: unknown[]) => void): unknown;
}

/** Exposes the contract only: channel names are fixed here, so that a page can't choose them. */
export function bridgeOver(messages: Messages, pathOf: (file: File) => string): Bridge {
  return {
    call: (ticket, name, input) => messages.invoke(CHANNELS.call, ticket, name, input) as Promise<Answer>,
    cancel: (ticket) => {
      messages.send(CHANNELS.cancel, ticket);
    },
    listen: (listener) => {
      const onMessage = (_: unknown, event: unknown, payload: unknown): void => {
        listener(event as string, payload);
      };
      messages.on(CHANNELS.event, onMessage);
      return () => {
        messages.off(CHANNELS.event, onMessage);
      };
    },
    fileFor: async (file, group) => {
      const path = pathOf(file);
      const content = path ? { path } : { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
      const dropped: LocalFile = { ...content, ...(group !== undefined && { group }) };
      return messages.invoke(CHANNELS.file, dropped) as Promise<Answer>;
    },
  };
}
