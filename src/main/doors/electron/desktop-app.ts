import { createReadStream, existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { app, type BrowserWindow, dialog, session } from 'electron';
import { type Answer, CHANNELS } from '../../../shared/bridge.ts';
import { type AppError, asAppError, fromWireError, toWireError } from '../../../shared/errors.ts';
import { type Launch, findNode, launchUnder } from '../../rpc/launch.ts';
import type { WorkbenchApi } from '../../api/workbench-api.ts';
import { closeLog } from '../../foundation/log/log.ts';
import { reportError, sentenceWithLog } from '../../foundation/log/report-error.ts';
import { programFolder } from '../../foundation/program-folder.ts';
import { SettingsFile, settingsPath } from '../../foundation/settings.ts';
import { localMedia, type MediaSource, type Notice, ORIGIN } from './screen-protocol.ts';
import { electronShell } from './shell.ts';
import { launchUtility } from './utility-compute.ts';
import { type AppWindow, openWindow, confirmStop } from './window.ts';

export interface DesktopOptions {
  connect: string | undefined; // address of a workbench served by another process
  workspace: string | undefined;
  sample: boolean; // start with the sample data set if the workspace is empty
}

/** What the window shows: the workbench in this process, or a connection to one served by another process. */
interface Source extends Omit<WorkbenchApi, 'media' | 'choose'> {
  media: MediaSource;
  choose?: WorkbenchApi['choose']; // only if the workbench is in this process
}

/** The desktop program: opens a workbench, shows it in a window, asks before it closes. */
export class DesktopApp {
  private readonly options: DesktopOptions;
  private source: Source | null = null;
  private failure: AppError | null = null;
  private shown: AppWindow | null = null;
  private quitting = false;
  private confirmed = false; // the user agreed to stop running jobs, and is not asked again
  private quitAfterClosing = false; // macOS: the program was about to quit when the dialog opened
  onNewPage: (window: BrowserWindow) => void = () => undefined;

  constructor(options: DesktopOptions) {
    this.options = options;
  }

  /** Never rejects: a failure is shown in the window. */
  async open(): Promise<void> {
    try {
      this.source = this.options.connect === undefined ? await this.openLocal() : await openConnected(this.options.connect);
      this.failure = null;
      this.source.on((event, payload) => this.send(event, payload));
    } catch (error) {
      this.failure = fromWireError(reportError(error, { door: 'desktop' }), error);
    }
  }

  call(name: string, input: unknown, signal?: AbortSignal): Promise<Answer> {
    if (this.source) return this.source.call(name, input, signal);
    return Promise.resolve({ ok: false, error: toWireError(this.failure) });
  }

  async receive(name: string, content: AsyncIterable<Uint8Array>, group?: string): Promise<string> {
    if (!this.source) throw asAppError(this.failure);
    return this.source.receive(name, content, group);
  }

  /** A file that was dropped or chosen: uploaded if another process serves the workbench. */
  async fileAt(path: string, group?: string): Promise<string> {
    if (this.options.connect !== undefined) return this.receive(basename(path), createReadStream(path), group);
    await this.source?.choose?.(path);
    return path;
  }

  media: MediaSource = (path, request) => this.source?.media(path, request) ?? Promise.resolve(new Response(null, { status: 404 }));

  notice(): Notice | null {
    if (!this.failure) return null;
    const choose = this.options.connect === undefined ? [{ label: 'Choose another workspace folder…', href: `${ORIGIN}/do/choose-workspace` }] : [];
    return {
      heading: "The workbench can't be opened",
      sentence: sentenceWithLog(this.failure),
      actions: [{ label: 'Try again', href: `${ORIGIN}/do/again` }, ...choose, { label: 'Quit', href: `${ORIGIN}/do/quit` }],
    };
  }

  /** Runs the action of a link in the notice. */
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
    this.confirmed = false;
    const shown = openWindow({
      preload: join(app.getAppPath(), 'dist', 'main', 'preload.cjs'),
      boundsFile: join(app.getPath('userData'), 'window.json'),
      icon: icon(),
      jobsStoppedByClosing: () => {
        this.quitAfterClosing = this.quitting;
        this.quitting = false; // until the answer, which may be "keep working"
        // On macOS the program keeps running without a window: only quitting ends its jobs.
        return process.platform === 'darwin' && !this.quitAfterClosing ? 0 : (this.source?.busy() ?? 0);
      },
      ask: (jobs) => this.send('closing', { jobs }),
      onConfirmed: () => (this.confirmed = true),
      onNewPage: (window) => this.onNewPage(window),
    });
    shown.window.on('closed', () => {
      this.shown = null;
      if (this.quitAfterClosing) app.quit();
    });
    this.shown = shown;
  }

  /** Whether the program may quit now. Asks in a system dialog if no window is open. */
  mayQuit(): boolean {
    this.quitting = true;
    const jobs = this.source?.busy() ?? 0;
    if (jobs === 0 || this.shown || this.confirmed) return true; // an open window asks in its own dialog
    this.quitting = confirmStop(null, jobs);
    return this.quitting;
  }

  async close(): Promise<void> {
    const { source } = this;
    this.source = null;
    await source?.close();
    await closeLog();
  }

  private send(event: string, payload: unknown): void {
    const contents = this.shown?.window.webContents;
    if (contents && !contents.isDestroyed()) contents.send(CHANNELS.event, event, payload);
  }

  private async openLocal(): Promise<Source> {
    // The services and their native modules are only loaded here: a connection to another workbench needs neither.
    const [{ openWorkbench }, { openWorkbenchApi }] = await Promise.all([import('../../workbench.ts'), import('../../api/open-workbench-api.ts')]);
    const shell = electronShell(
      () => this.shown?.window ?? null,
      () => this.shown?.close(),
    );
    const workbench = openWorkbench({
      workspace: this.options.workspace,
      shell,
      command: 'the desktop program',
      log: 'desktop',
      launch: computeLauncher(),
    });
    const api = openWorkbenchApi(workbench);
    if (this.options.sample && workbench.store.datasets.list().length === 0) await api.call('datasets.sample', {});
    return { ...api, media: localMedia(api) };
  }

  private async chooseWorkspace(): Promise<boolean> {
    const options = { title: 'Choose a workspace folder', properties: ['openDirectory' as const, 'createDirectory' as const] };
    const { filePaths } = await (this.shown ? dialog.showOpenDialog(this.shown.window, options) : dialog.showOpenDialog(options));
    const [folder] = filePaths;
    if (folder === undefined) return false;
    this.options.workspace = undefined; // the choice overrides --workspace
    await new SettingsFile(settingsPath()).set({ workspace: folder });
    return true;
  }
}

async function openConnected(address: string): Promise<Source> {
  await session.defaultSession.clearCache(); // another workbench may have images at the same addresses
  const { connectWorkbench } = await import('../connect/connect.ts'); // on demand: a local window needs no HTTP client
  return connectWorkbench(address);
}

/** On Linux sharp must not run inside a process of Electron's: their copies of GLib clash. */
function computeLauncher(): Launch {
  if (process.platform !== 'linux') return launchUtility;
  let node: string | null = null;
  return launchUnder(() => (node ??= findNode({ resources: process.resourcesPath, project: join(programFolder(), '..', '..') })));
}

function icon(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const file = join(dirname(dirname(programFolder())), 'resources', 'icon.png');
  return existsSync(file) ? file : undefined;
}
