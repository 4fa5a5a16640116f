import type { Bridge } from '../../shared/bridge.ts';
import type { Api } from '../../shared/contract.ts';
import { BridgeClient } from './connection/bridge-client.ts';
import type { Connection } from './connection/event-stream.ts';
import { WebClient } from './connection/web-client.ts';

declare global {
  interface Window {
    /** Set by the preload script of the desktop window. */
    readonly api?: Bridge;
  }
}

const web = window.api === undefined ? new WebClient() : null;

/** The screen's only access to the workbench. */
export const api: Api = window.api === undefined ? web! : new BridgeClient(window.api);

/** Calls the listener now and on every change of the connection; it is always 'open' in the desktop window. Returns the unsubscribe function. */
export function onConnection(listener: (connection: Connection) => void): () => void {
  if (web) return web.onConnection(listener);
  listener('open');
  return () => undefined;
}
