import { readFileSync } from 'node:fs';
import { BrowserWindow, dialog, nativeTheme, screen } from 'electron';
import { writeFileAtomically } from '../../foundation/files.ts';
import { fitBounds, MIN_SIZE, storedBounds, type WindowBounds } from './window-bounds.ts';
import { ORIGIN } from './screen-protocol.ts';

const CRASHES = 3; // of the page within CRASH_MS before it is no longer reloaded automatically
const CRASH_MS = 60_000;

export interface WindowOptions {
  preload: string; // script
  boundsFile: string; // where the window's last bounds are stored
  icon: string | undefined; // PNG; Windows and macOS take it from the program
  /** Jobs that closing now would end; 0: close without asking. */
  lostByClosing(): number;
  /** Has the screen ask; it answers by 'shell.close', or not at all. */
  ask(jobs: number): void;
  /** A person confirmed to close although work is running. */
  onConfirmed(): void;
  /** The page has gone, and with it its pending calls. */
  onNewPage(window: BrowserWindow): void;
}

export interface AppWindow {
  window: BrowserWindow;
  /** Closes without asking. */
  close(): void;
}

export function openWindow(o: WindowOptions): AppWindow {
  const { bounds, maximized } = fitBounds(screensInOrder(), storedBounds(readIfThere(o.boundsFile)));
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
  const close = askBeforeClosing(window, o);
  reloadAfterCrash(window);
  window.webContents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
    if (isMainFrame && !isSameDocument) o.onNewPage(window);
  });
  window.webContents.on('render-process-gone', () => o.onNewPage(window));
  void window.loadURL(`${ORIGIN}/`).catch(() => window.show()); // Electron's own error page is better than no window
  return { window, close };
}

function screensInOrder(): Electron.Rectangle[] {
  const first = screen.getPrimaryDisplay();
  return [first, ...screen.getAllDisplays().filter((display) => display.id !== first.id)].map((display) => display.workArea);
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/** Stored after it was moved or resized, and before it closes. A failure is ignored. */
function rememberBounds(window: BrowserWindow, file: string): void {
  const keep = (): void => {
    if (window.isDestroyed() || window.isMinimized() || window.isFullScreen()) return;
    const bounds: WindowBounds = { bounds: window.getNormalBounds(), maximized: window.isMaximized() };
    void writeFileAtomically(file, JSON.stringify(bounds)).catch(() => undefined);
  };
  let resting: NodeJS.Timeout | undefined;
  const soon = (): void => {
    clearTimeout(resting);
    resting = setTimeout(keep, 500);
  };
  for (const event of ['resize', 'move', 'maximize', 'unmaximize'] as const) window.on(event as 'resize', soon);
  window.on('close', keep);
  window.on('closed', () => clearTimeout(resting));
}

/**
 * The page asks in a dialog of its own. Where it does not (it hangs, or shows a notice), the second attempt to close opens a system
 * dialog. Returns a function that closes without asking.
 */
function askBeforeClosing(window: BrowserWindow, { lostByClosing, ask, onConfirmed }: WindowOptions): () => void {
  let confirmed = false;
  let askedMs = 0;
  window.on('close', (event) => {
    const jobs = lostByClosing();
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

/** Asks in a system dialog whether running work may be stopped. `window`: null where none is open. */
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

/** Main and its jobs keep running without the page. */
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
