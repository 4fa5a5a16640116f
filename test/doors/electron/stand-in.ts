// A stand-in for Electron's runtime that runs the built desktop program under plain Node. A test controls its window by messages
// over the process's channel. Loaded with --import before the program.
import { EventEmitter } from 'node:events';
import Module from 'node:module';

type Listener = (event: object, ...args: unknown[]) => unknown;
interface Order {
  url?: string;
  channel?: string;
  args?: unknown[];
  act?: string;
}

const log = (what: string, value: unknown = null): void => void process.send!({ what, value });
const handlers = new Map<string, Listener>();
const frame = { url: 'twinlens://app/' };
const windows: BrowserWindow[] = [];
const area = { id: 1, workArea: { x: 0, y: 0, width: 1600, height: 1000 } };

class Preventable {
  url = '';
  prevented = false;
  constructor(url = '') {
    this.url = url;
  }
  preventDefault(): void {
    this.prevented = true;
  }
}

class Contents extends EventEmitter {
  id = 1;
  mainFrame = frame;
  setWindowOpenHandler(decide: (details: { url: string }) => { action: string }): void {
    log('window-open', decide({ url: 'https://example.org' }).action);
  }
  send(...message: unknown[]): void {
    log('sent', structuredClone(message));
  }
  isDestroyed(): boolean {
    return false;
  }
  reload(): void {
    log('reloaded');
  }
}

class BrowserWindow extends EventEmitter {
  webContents = new Contents();
  destroyed = false;
  constructor(options: object) {
    super();
    log('window', JSON.parse(JSON.stringify(options)));
    app.emit('web-contents-created', {}, this.webContents);
    windows.push(this);
  }
  loadURL(url: string): Promise<void> {
    log('load', url);
    return Promise.resolve();
  }
  close(): void {
    const event = new Preventable();
    this.emit('close', event);
    log('close', event.prevented ? 'prevented' : 'closed');
    if (event.prevented) return;
    this.destroyed = true;
    this.emit('closed');
    windows.splice(windows.indexOf(this), 1);
    if (windows.length === 0) app.emit('window-all-closed');
  }
  isDestroyed(): boolean {
    return this.destroyed;
  }
  show(): void {
    log('shown');
  }
  focus(): void {
    log('focused');
  }
  isMinimized(): boolean {
    return false;
  }
  isFullScreen(): boolean {
    return false;
  }
  isMaximized(): boolean {
    return false;
  }
  getNormalBounds(): object {
    return { x: 7, y: 8, width: 1111, height: 777 };
  }
}

const paths: Record<string, string> = { userData: process.env['STAND_IN_USER_DATA']! };
const app = Object.assign(new EventEmitter(), {
  isPackaged: process.env['STAND_IN_PACKAGED'] === '1',
  commandLine: { hasSwitch: (name: string) => process.argv.some((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`)) },
  getPath: (name: string) => paths[name],
  setPath: (name: string, path: string) => void (paths[name] = path),
  getAppPath: () => process.cwd(),
  enableSandbox: () => log('sandbox'),
  requestSingleInstanceLock: () => process.env['STAND_IN_SECOND'] !== '1',
  whenReady: () => Promise.resolve(),
  quit: (): void => {
    const before = new Preventable();
    app.emit('before-quit', before);
    if (before.prevented) return;
    for (const window of [...windows]) window.close();
    if (windows.length > 0) return;
    const last = new Preventable();
    app.emit('will-quit', last);
    if (!last.prevented) process.exit(0);
  },
  exit: (code: number) => process.exit(code),
});

const electron = {
  app,
  BrowserWindow,
  Menu: { buildFromTemplate: (template: unknown) => template, setApplicationMenu: () => log('menu') },
  dialog: {
    showMessageBoxSync: () => {
      log('message box');
      return 0; // keep working
    },
    showOpenDialog: () => Promise.resolve({ filePaths: [process.env['STAND_IN_CHOSEN']] }),
  },
  ipcMain: {
    handle: (channel: string, listener: Listener) => void handlers.set(channel, listener),
    on: (channel: string, listener: Listener) => void handlers.set(channel, listener),
  },
  nativeTheme: { shouldUseDarkColors: true },
  protocol: { registerSchemesAsPrivileged: (schemes: { scheme: string }[]) => log('scheme', schemes[0]!.scheme) },
  screen: { getPrimaryDisplay: () => area, getAllDisplays: () => [area] },
  session: {
    defaultSession: {
      setPermissionRequestHandler: (decide: (contents: null, permission: string, done: (allowed: boolean) => void) => void) => {
        for (const permission of ['media', 'geolocation', 'notifications', 'clipboard-read', 'clipboard-sanitized-write'])
          decide(null, permission, (allowed) => log('permission', [permission, allowed]));
      },
      setPermissionCheckHandler: () => undefined,
      setDevicePermissionHandler: (decide: () => boolean) => log('device', decide()),
      webRequest: {
        onBeforeRequest: (decide: (details: { url: string }, done: (answer: { cancel: boolean }) => void) => void) => {
          for (const url of ['https://example.org/', 'file:///etc/passwd', 'twinlens://app/'])
            decide({ url }, ({ cancel }) => log('request', [url, cancel]));
        },
      },
      protocol: { handle: (scheme: string, answer: (request: Request) => Promise<Response>) => void handlers.set(scheme, answer as Listener) },
      clearCache: () => Promise.resolve(),
    },
  },
  shell: {},
  utilityProcess: {},
};

const loader = Module as unknown as { _load(name: string, ...rest: unknown[]): unknown };
const load = loader._load;
loader._load = (name, ...rest) => (name === 'electron' ? electron : load(name, ...rest));
Object.defineProperty(process, 'resourcesPath', { value: '/nowhere' });

async function obey({ url, channel, args = [], act }: Order): Promise<void> {
  const [window] = windows;
  if (url !== undefined) {
    const response = (await handlers.get(`twinlens`)!(new Request(url))) as Response;
    log('answer', { status: response.status, text: (await response.text()).slice(0, 4000) });
    return;
  }
  if (channel !== undefined) {
    const foreign = channel.startsWith('!'); // a frame inside the screen
    const event = { sender: window!.webContents, senderFrame: foreign ? { url: 'twinlens://app/media/report/p1.html' } : frame };
    log('answer', structuredClone(await handlers.get(channel.replace('!', ''))!(event, ...args)));
    return;
  }
  switch (act) {
    case 'close':
      window!.close();
      break;
    case 'second':
      app.emit('second-instance');
      break;
    case 'crash':
      window!.webContents.emit('render-process-gone', {}, { reason: 'crashed' });
      break;
    case 'navigate':
      for (const to of ['https://example.org/', 'twinlens://app/do/choose-workspace']) {
        const event = new Preventable(to);
        window!.webContents.emit('will-navigate', event);
        log('navigate', [to, event.prevented]);
      }
      break;
    case 'natives': {
      const { sharedObjects } = process.report.getReport() as { sharedObjects: string[] };
      log(
        'answer',
        sharedObjects.filter((file) => file.endsWith('.node')),
      );
      break;
    }
    default:
      throw new Error(`unknown act ${act}`);
  }
}
process.on('message', (order: Order) => void obey(order));
