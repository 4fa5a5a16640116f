import type { Bridge } from '../../shared/bridge.ts';
import type { Api } from '../../shared/contract.ts';
import { BridgeClient } from './connection/bridge-client.ts';
import type { Connection } from './connection/event-stream.ts';
import { WebClient } from './connection/web-client.ts';

declare global {
  interface Window {
    /** Put there by the preload of the desktop window. */
    readonly api?: Bridge;
  }
}

const web = window.api === undefined ? new WebClient() : null;

/** The one way from the screen to the work. */
export const api: Api = window.api === undefined ? web! : new BridgeClient(window.api);

/** Whether the work can be reached, at once and with each change; always 'open' in the desktop window. Returns what ends the listening. */
export function onConnection(watcher: (connection: Connection) => void): () => void {
  if (web) return web.onConnection(watcher);
  watcher('open');
  return () => undefined;
}
