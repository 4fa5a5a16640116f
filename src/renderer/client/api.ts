import type { Bridge } from '../../shared/bridge.ts';
import type { Api } from '../../shared/contract.ts';
import { BridgeClient } from './connection/bridge-client.ts';
import type { Connection } from './connection/event-stream.ts';
import { withFieldWords } from './field-words.ts';
import { WebClient } from './connection/web-client.ts';

declare global {
  interface Window {
    /** Set by the preload script of the desktop window. */
    readonly api?: Bridge;
  }
}

const web = window.api === undefined ? new WebClient() : null;

const client: Api = window.api === undefined ? web! : new BridgeClient(window.api);

/** The screen's only access to the workbench. Its errors name fields as the screen does. */
export const api: Api = {
  call: (name, input, options) =>
    client.call(name, input, options).catch((error: unknown) => {
      throw withFieldWords(error);
    }),
  on: (event, listener) => client.on(event, listener),
  media: (path) => client.media(path),
  fileFor: (file, group) => client.fileFor(file, group),
};

/** Calls the listener now and on every change of the connection; it is always 'open' in the desktop window. Returns the unsubscribe function. */
export function onConnection(listener: (connection: Connection) => void): () => void {
  if (web) return web.onConnection(listener);
  listener('open');
  return () => undefined;
}
