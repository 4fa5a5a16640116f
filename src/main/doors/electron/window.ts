import { readFileSync } from 'node:fs';
import { BrowserWindow, dialog, nativeTheme, screen } from 'electron';
import { writeFileAtomically } from '../../foundation/files.ts';
import { fitBounds, MIN_SIZE, storedBounds, type WindowBounds } from './window-bounds.ts';
import { ORIGIN } from './screen-protocol.ts';

const CRASHES = 3; // of the page within CRASH_MS before it is no longer reloaded automatically
const CRASH_MS = 60_000;

export interface WindowOptions {
  preload: string; // script
  boundsFile: string; // stores the window's last bounds
  icon: string | undefined; // PNG, for Linux only: Windows and macOS use the program's
  /** How many jobs closing now would stop; 0: close without asking. */
  jobsStoppedByClosing(): number;
  /** Asks on the screen, which calls 'shell.close' or does nothing. */
  ask(jobs: number): void;
  /** The user confirmed closing while jobs run. */
  onConfirmed(): void;
  /** The page was unloaded: its pending calls are obsolete. */
  onNewPage(window: BrowserWindow): void;
}

export interface AppWindow {
  window: BrowserWindow;
  /** Closes without asking. */
  close(): void;
}

export function openWindow(o: WindowOptions): AppWindow {
  const { bounds, maximized } = fitBounds(screensInOrder(), storedBounds(readIfPresent(o.boundsFile)));
  const window = new BrowserWindow({
    ...bounds,
    minWidth: MIN_SIZE.width,
    minHeight: MIN_SIZE.height,
    show: false,
    title: 'Twinlens',
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#17181a' : '#f4f4f2', // as tokens.css; nothing flashes before the first paint
    ...(o.icon === undefined ? {} : { icon: o.icon }),
    webPreferences: {
      preload: o.preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false, // it would fetch dictionaries
      navigateOnDragDrop: false,
    },
  });
  if (maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  rememberBounds(window, o.boundsFile);
  const close = confirmBeforeClosing(window, o);
  reloadAfterCrash(window);
  window.webContents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
    if (isMainFrame && !isSameDocument) o.onNewPage(window);
  });
  window.webContents.on('render-process-gone', () => o.onNewPage(window));
  void window.loadURL(`${ORIGIN}/`).catch(() => window.show()); // shows Electron's error page
  return { window, close };
}

function screensInOrder(): Electron.Rectangle[] {
  const first = screen.getPrimaryDisplay();
  return [first, ...screen.getAllDisplays().filter((display) => display.id !== first.id)].map((display) => display.workArea);
}

function readIfPresent(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/** Stores the bounds after a move or resize, and on close. A failure is ignored. */
function rememberBounds(window: BrowserWindow, file: string): void {
  const store = (): void => {
    if (window.isDestroyed() || window.isMinimized() || window.isFullScreen()) return;
    const bounds: WindowBounds = { bounds: window.getNormalBounds(), maximized: window.isMaximized() };
    void writeFileAtomically(file, JSON.stringify(bounds)).catch(() => undefined);
  };
  let timer: NodeJS.Timeout | undefined;
  const storeLater = (): void => {
    clearTimeout(timer);
    timer = setTimeout(store, 500);
  };
  for (const event of ['resize', 'move', 'maximize', 'unmaximize'] as const) window.on(event as 'resize', storeLater);
  window.on('close', store);
  window.on('closed', () => clearTimeout(timer));
}

/**
 * The page asks in its own dialog. If it doesn't (it hangs, or shows a notice), a second attempt to close opens a system dialog.
 * Returns a function that closes without asking.
 */
function confirmBeforeClosing(window: BrowserWindow, { jobsStoppedByClosing, ask, onConfirmed }: WindowOptions): () => void {
  let confirmed = false;
  let askedMs = 0;
  window.on('close', (event) => {
    const jobs = jobsStoppedByClosing();
    if (confirmed || jobs === 0) return;
    event.preventDefault();
    if (Date.now() - askedMs < 10_000) {
      if (confirmStop(window, jobs)) closeNow();
      return;
    }
    askedMs = Date.now();
    ask(jobs);
  });
  const closeNow = (): void => {
    confirmed = true;
    onConfirmed();
    if (!window.isDestroyed()) window.close();
  };
  return closeNow;
}

/** Asks in a system dialog whether running work may be stopped. `window`: null if none is open. */
export function confirmStop(window: BrowserWindow | null, jobs: number): boolean {
  const options = {
    type: 'question' as const,
    message: jobs === 1 ? 'A job is still running.' : `${jobs} jobs are still running.`,
    detail: 'A training that is stopped now can be resumed from its last completed epoch.',
    buttons: ['Keep working', 'Stop and close'],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  };
  return (window ? dialog.showMessageBoxSync(window, options) : dialog.showMessageBoxSync(options)) === 1;
}

/** Reloads a crashed page. The main process and its jobs keep running. */
function reloadAfterCrash(window: BrowserWindow): void {
  let crashes: number[] = [];
  window.webContents.on('render-process-gone', (_, { reason }) => {
    if (reason === 'clean-exit') return;
    const now = Date.now();
    crashes = [...crashes.filter((at) => now - at < CRASH_MS), now];
    if (crashes.length < CRASHES) {
      window.webContents.reload();
      return;
    }
    crashes = [];
    const choice = dialog.showMessageBoxSync(window, {
      type: 'error',
      message: 'The Twinlens window keeps crashing.',
      detail: 'Stored data is safe and jobs keep running. If it happens again, restart Twinlens.',
      buttons: ['Reload', 'Close'],
      defaultId: 0,
      noLink: true,
    });
    if (choice === 0) window.webContents.reload();
    else window.close();
  });
}
