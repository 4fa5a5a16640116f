import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEventSource } from 'eventsource-client';
import { afterAll } from 'vitest';
import { attachIpc, type IpcEvent, type IpcMain } from '../../src/main/doors/electron/ipc.ts';
import { connectWorkbench } from '../../src/main/doors/connect/connect.ts';
import { localMedia, ORIGIN, screenProtocol } from '../../src/main/doors/electron/screen-protocol.ts';
import type { WorkbenchApi } from '../../src/main/api/workbench-api.ts';
import { openWorkbenchApi } from '../../src/main/api/open-workbench-api.ts';
import { serveWorkbench } from '../../src/main/doors/http/serve.ts';
import { ScreenFiles } from '../../src/main/doors/http/screen-files.ts';
import { shellWithoutWindow } from '../../src/main/foundation/shell.ts';
import { openWorkbench, type Workbench } from '../../src/main/workbench.ts';
import { bridgeOver, type Messages } from '../../src/preload/bridge.ts';
import { BridgeClient } from '../../src/renderer/client/connection/bridge-client.ts';
import { WebClient } from '../../src/renderer/client/connection/web-client.ts';
import type { Bridge } from '../../src/shared/bridge.ts';
import type { Api } from '../../src/shared/contract.ts';
import { fromWireError } from '../../src/shared/errors.ts';

/** A door with a screen behind it, and a way to fetch media as the screen's <img> does. */
export interface Door {
  api: Api;
  media(path: string, headers?: Record<string, string>): Promise<Response>;
  close(): Promise<void>;
}

export const screenFolder = join(import.meta.dirname, 'screen');

/** A real workbench on a temporary workspace, deleted after the file's tests. */
export function temporaryWorkbench(): { workbench: Workbench; workbenchApi: WorkbenchApi; folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'twinlens doors '));
  const workbench = openWorkbench({
    workspace: join(folder, 'workspace'),
    settings: join(folder, 'settings.json'),
    shell: shellWithoutWindow('in-process'),
    command: 'test',
  });
  const workbenchApi = openWorkbenchApi(workbench);
  afterAll(async () => {
    await workbenchApi.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { workbench, workbenchApi, folder };
}

export const DOORS: Record<string, (workbenchApi: WorkbenchApi) => Promise<Door>> = {
  'in process': (workbenchApi) => Promise.resolve(inProcess(workbenchApi)),
  'the desktop window': (workbenchApi) =>
    Promise.resolve(
      desktop(
        workbenchApi,
        screenProtocol(new ScreenFiles(screenFolder), localMedia(workbenchApi), () => null),
      ),
    ),
  'the browser': browser,
  'the desktop window on a remote workbench': connected,
};

function inProcess(workbenchApi: WorkbenchApi): Door {
  const media = screenProtocol(new ScreenFiles(screenFolder), localMedia(workbenchApi), () => null);
  const api: Api = {
    call: async (name, input, { signal } = {}) => {
      const answer = await workbenchApi.call(name, input, signal);
      if (!answer.ok) throw fromWireError(answer.error);
      return answer.value as never;
    },
    on: (event, listener) =>
      workbenchApi.on((name, payload) => {
        if ((name as string) === event) listener(payload as never);
      }),
    media: (path) => `media/${path}`,
    fileFor: async (file, group) => workbenchApi.receive(file.name, file.stream(), group),
  };
  return { api, media: (path, headers = {}) => media(new Request(`${ORIGIN}/media/${path}`, { headers })), close: () => Promise.resolve() };
}

/** Electron's messages and bridge on stand-ins that, like Electron, clone every value and turn errors into text. */
function desktop(
  workbenchApi: Pick<WorkbenchApi, 'call' | 'receive' | 'on'>,
  protocol: (request: Request) => Promise<Response>,
  fileAt?: (path: string) => Promise<string>,
): Door {
  const handlers = new Map<string, (event: IpcEvent, ...args: unknown[]) => unknown>();
  const listeners = new Set<(event: unknown, ...args: unknown[]) => void>();
  const event: IpcEvent = { sender: { id: 1 } };
  const ipcMain: IpcMain = {
    handle: (channel, listener) => void handlers.set(channel, listener),
    on: (channel, listener) => void handlers.set(channel, listener),
  };
  const messages: Messages = {
    invoke: async (channel, ...args) => {
      try {
        return structuredClone(await handlers.get(channel)!(event, ...structuredClone(args)));
      } catch (error) {
        throw new Error(`Error invoking remote method '${channel}': ${String(error)}`);
      }
    },
    send: (channel, ...args) => void handlers.get(channel)!(event, ...structuredClone(args)),
    on: (_, listener) => listeners.add(listener),
    off: (_, listener) => listeners.delete(listener),
  };
  attachIpc(ipcMain, workbenchApi, { isOurs: (from) => from === event, ...(fileAt ? { fileAt } : {}) });
  const stopListening = workbenchApi.on((name, payload) => {
    for (const listener of listeners) listener({}, ...structuredClone([name, payload]));
  });
  const bridge = acrossContexts(bridgeOver(messages, () => ''));
  return {
    api: new BridgeClient(bridge),
    media: (path, headers = {}) => protocol(new Request(`${ORIGIN}/media/${path}`, { headers })),
    close: () => {
      stopListening();
      return Promise.resolve();
    },
  };
}

/** contextBridge: functions cross as proxies, everything else as a clone. Files cross as they are. */
function acrossContexts(bridge: Bridge): Bridge {
  const clone = <T>(value: T): T => (value instanceof File ? value : structuredClone(value));
  return {
    call: async (...args) => clone(await bridge.call(...(args.map(clone) as typeof args))),
    cancel: (ticket) => bridge.cancel(clone(ticket)),
    listen: (listener) => bridge.listen((event, payload) => listener(clone(event), clone(payload))),
    fileFor: async (file, group) => clone(await bridge.fileFor(file, group)),
  };
}

/** The web client on a real loopback server, with a browser's cookie. */
async function browser(workbenchApi: WorkbenchApi): Promise<Door> {
  const served = await serveWorkbench(workbenchApi, { screen: screenFolder });
  const { origin } = new URL(served.url);
  const entry = await fetch(served.url, { redirect: 'manual' });
  const cookie = entry.headers.get('set-cookie')!.split(';')[0]!;
  const asBrowser = (address: string, init: RequestInit = {}): Promise<Response> =>
    fetch(new URL(address, origin), { ...init, headers: { ...(init.headers as Record<string, string>), cookie, origin } });
  const closing = new AbortController();
  class Events extends EventTarget {
    static readonly CLOSED = 2;
    readyState = 0;
    constructor(address: string) {
      super();
      const source = createEventSource({
        url: address,
        fetch: (url, init) => asBrowser(String(url), init as RequestInit),
        onConnect: () => {
          this.readyState = 1;
          this.dispatchEvent(new Event('open'));
        },
        onMessage: ({ event, data }) => this.dispatchEvent(new MessageEvent(event ?? 'message', { data })),
      });
      closing.signal.addEventListener('abort', () => source.close());
    }
  }
  const client = new WebClient({ fetch: asBrowser as typeof fetch, EventSource: Events as unknown as typeof EventSource });
  return {
    api: client,
    media: (path, headers = {}) => asBrowser(`/media/${path}`, { headers }),
    close: async () => {
      closing.abort();
      await served.close();
    },
  };
}

async function connected(workbenchApi: WorkbenchApi): Promise<Door> {
  const served = await serveWorkbench(workbenchApi, { screen: screenFolder });
  const remote = await connectWorkbench(served.url);
  const protocol = screenProtocol(
    new ScreenFiles(screenFolder),
    (path, request) => remote.media(path, request),
    () => null,
  );
  const door = desktop(remote, protocol);
  return {
    ...door,
    close: async () => {
      await door.close();
      await remote.close();
      await served.close();
    },
  };
}
