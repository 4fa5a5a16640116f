import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { app, type BrowserWindow, dialog, session } from 'electron';
import { type Answer, CHANNELS } from '../../../shared/bridge.ts';
import { type AppError, asAppError, toWireError } from '../../../shared/errors.ts';
import { type Launch, findNode, launchUnder } from '../../compute/host/launch.ts';
import { connectHouse } from '../connect/connect.ts';
import type { WorkbenchApi } from '../../api/workbench-api.ts';
import { programFolder } from '../../foundation/program-folder.ts';
import { SettingsFile, settingsPath } from '../../foundation/settings.ts';
import { localMedia, type MediaSource, type Notice, ORIGIN } from './screen-protocol.ts';
import { electronShell } from './shell.ts';
import { launchUtility } from './utility-compute.ts';
import { type AppWindow, openWindow, sureToStop } from './window.ts';

export interface DeskOptions {
  connect: string | undefined; // address of a workbench that is served elsewhere
  workspace: string | undefined;
  sample: boolean; // begin with the sample data set where no other is there
}

/** What is behind the window: the house in this process, or the line to one that is served elsewhere. */
interface Behind extends Omit<WorkbenchApi, 'media' | 'choose'> {
  media: MediaSource;
  choose?: WorkbenchApi['choose']; // where the work is done here
}

/** The desktop program: opens a house, shows it in a window, asks before it closes. */
export class Desk {
  private readonly options: DeskOptions;
  private behind: Behind | null = null;
  private failure: AppError | null = null;
  private shown: AppWindow | null = null;
  private leaving = false;
  private agreed = false; // to end the work that goes on: not asked a second time
  private leaveAfterClosing = false; // macOS: the question came up while the program was about to end
  onNewPage: (window: BrowserWindow) => void = () => undefined;

  constructor(options: DeskOptions) {
    this.options = options;
  }

  /** Never rejects: what went wrong is shown. Reopening finds the runs that an earlier end interrupted, as opening a workspace does. */
  async open(): Promise<void> {
    try {
      this.behind = this.options.connect === undefined ? await this.openHere() : await openThere(this.options.connect);
      this.failure = null;
      this.behind.on((event, payload) => this.send(event, payload));
    } catch (error) {
      this.failure = asAppError(error);
    }
  }

  call(name: string, input: unknown, signal?: AbortSignal): Promise<Answer> {
    if (this.behind) return this.behind.call(name, input, signal);
    return Promise.resolve({ ok: false, error: toWireError(this.failure) });
  }

  async receive(name: string, bytes: Uint8Array): Promise<string> {
    if (!this.behind) throw asAppError(this.failure);
    return this.behind.receive(name, bytes);
  }

  /** A file that was dropped or chosen: where the work is done elsewhere it is handed over. */
  async fileAt(path: string): Promise<string> {
    if (this.options.connect !== undefined) return this.receive(basename(path), await readFile(path));
    await this.behind?.choose?.(path);
    return path;
  }

  media: MediaSource = (path, request) => this.behind?.media(path, request) ?? Promise.resolve(new Response(null, { status: 404 }));

  notice(): Notice | null {
    if (!this.failure) return null;
    const choose = this.options.connect === undefined ? [{ label: 'Choose another workspace folder…', href: `${ORIGIN}/do/choose-workspace` }] : [];
    return {
      heading: "The workbench can't be opened",
      sentence: this.failure.message,
      actions: [{ label: 'Try again', href: `${ORIGIN}/do/again` }, ...choose, { label: 'Quit', href: `${ORIGIN}/do/quit` }],
    };
  }

  /** What a notice's links do. */
  async act(action: string): Promise<void> {
    if (!this.failure) return;
    if (action === 'quit') app.quit();
    if (action === 'choose-workspace' && !(await this.chooseWorkspace())) return;
    if (action === 'again' || action === 'choose-workspace') {
      await this.open();
      await this.shown?.window.loadURL(`${ORIGIN}/`);
    }
  }

  show(): void {
    if (this.shown && !this.shown.window.isDestroyed()) {
      const { window } = this.shown;
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
      return;
    }
    this.agreed = false;
    const shown = openWindow({
      preload: join(app.getAppPath(), 'dist', 'main', 'preload.cjs'),
      placeFile: join(app.getPath('userData'), 'window.json'),
      icon: icon(),
      lostByClosing: () => {
        this.leaveAfterClosing = this.leaving;
        this.leaving = false; // until the answer; it may well be "keep working"
        // On macOS a program goes on without a window: only leaving it ends its work.
        return process.platform === 'darwin' && !this.leaveAfterClosing ? 0 : (this.behind?.busy() ?? 0);
      },
      ask: (jobs) => this.send('closing', { jobs }),
      onAgreed: () => (this.agreed = true),
      onNewPage: (window) => this.onNewPage(window),
    });
    shown.window.on('closed', () => {
      this.shown = null;
      if (this.leaveAfterClosing) app.quit();
    });
    this.shown = shown;
  }

  /** Whether the program may end now; asks where no window could. */
  mayLeave(): boolean {
    this.leaving = true;
    const jobs = this.behind?.busy() ?? 0;
    if (jobs === 0 || this.shown || this.agreed) return true; // an open window asks for itself
    this.leaving = sureToStop(null, jobs);
    return this.leaving;
  }

  async close(): Promise<void> {
    const { behind } = this;
    this.behind = null;
    await behind?.close();
  }

  private send(event: string, payload: unknown): void {
    const contents = this.shown?.window.webContents;
    if (contents && !contents.isDestroyed()) contents.send(CHANNELS.event, event, payload);
  }

  private async openHere(): Promise<Behind> {
    // Only here are the services, and with them the native modules, loaded: a line to another workbench needs neither.
    const [{ openWorkbench }, { openWorkbenchApi: openHouse }] = await Promise.all([
      import('../../workbench.ts'),
      import('../../api/open-workbench-api.ts'),
    ]);
    const shell = electronShell(
      () => this.shown?.window ?? null,
      () => this.shown?.close(),
    );
    const bench = openWorkbench({ workspace: this.options.workspace, shell, command: 'the desktop program', launch: computeLauncher() });
    const house = openHouse(bench);
    if (this.options.sample && bench.store.datasets.list().length === 0) await house.call('datasets.sample', {});
    return { ...house, media: localMedia(house) };
  }

  private async chooseWorkspace(): Promise<boolean> {
    const options = { title: 'Choose a workspace folder', properties: ['openDirectory' as const, 'createDirectory' as const] };
    const { filePaths } = await (this.shown ? dialog.showOpenDialog(this.shown.window, options) : dialog.showOpenDialog(options));
    const [folder] = filePaths;
    if (folder === undefined) return false;
    this.options.workspace = undefined; // what was chosen by hand goes before what the program was started with
    await new SettingsFile(settingsPath()).set({ workspace: folder });
    return true;
  }
}

async function openThere(address: string): Promise<Behind> {
  await session.defaultSession.clearCache(); // pictures of another workbench may have had the same addresses
  return connectHouse(address);
}

/** On Linux sharp must not run inside any process of Electron's: GLib's libraries clash there. */
function computeLauncher(): Launch {
  if (process.platform !== 'linux') return launchUtility;
  let found: string | null = null;
  return launchUnder(() => (found ??= findNode({ resources: process.resourcesPath, project: join(programFolder(), '..', '..') })));
}

function icon(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const file = join(dirname(dirname(programFolder())), 'resources', 'icon.png');
  return existsSync(file) ? file : undefined;
}
