import { readFileSync } from 'node:fs';
import { BrowserWindow, dialog, nativeTheme, screen } from 'electron';
import { writeWhole } from '../../foundation/files.ts';
import { placeOn, SMALLEST, storedPlace, type WindowPlace } from './place.ts';
import { ORIGIN } from './screen-protocol.ts';

const CRASHES = 3; // of the screen within CRASH_MS before it is no longer shown anew by itself
const CRASH_MS = 60_000;

export interface WindowOptions {
  preload: string; // script
  placeFile: string; // where the window's last place is kept
  icon: string | undefined; // PNG; Windows and macOS take it from the program
  /** Jobs that closing now would end; 0: close without asking. */
  lostByClosing(): number;
  /** Has the screen ask; it answers by 'shell.close', or not at all. */
  ask(jobs: number): void;
  /** A person wants the window closed although work goes on. */
  onAgreed(): void;
  /** The page has gone, and with it whoever waited for answers. */
  onNewPage(window: BrowserWindow): void;
}

export interface AppWindow {
  window: BrowserWindow;
  /** Closes without asking. */
  close(): void;
}

export function openWindow(o: WindowOptions): AppWindow {
  const { bounds, maximized } = placeOn(screensInOrder(), storedPlace(readIfThere(o.placeFile)));
  const window = new BrowserWindow({
    ...bounds,
    minWidth: SMALLEST.width,
    minHeight: SMALLEST.height,
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
  rememberPlace(window, o.placeFile);
  const close = askBeforeClosing(window, o);
  showAnewAfterCrash(window);
  window.webContents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
    if (isMainFrame && !isSameDocument) o.onNewPage(window);
  });
  window.webContents.on('render-process-gone', () => o.onNewPage(window));
  void window.loadURL(`${ORIGIN}/`).catch(() => window.show()); // Electron's own page of words is better than no window
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

/** Written when it rests, and before it goes. A place that can't be written is forgotten: no reason to bother anybody. */
function rememberPlace(window: BrowserWindow, file: string): void {
  const keep = (): void => {
    if (window.isDestroyed() || window.isMinimized() || window.isFullScreen()) return;
    const place: WindowPlace = { bounds: window.getNormalBounds(), maximized: window.isMaximized() };
    void writeWhole(file, JSON.stringify(place)).catch(() => undefined);
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
 * The screen asks in its own words. Where it does not (it hangs, or shows a notice), the second try to close is answered
 * by a window of the system. Returns what closes without asking.
 */
function askBeforeClosing(window: BrowserWindow, { lostByClosing, ask, onAgreed }: WindowOptions): () => void {
  let sure = false;
  let askedMs = 0;
  window.on('close', (event) => {
    const jobs = lostByClosing();
    if (sure || jobs === 0) return;
    event.preventDefault();
    if (Date.now() - askedMs < 10_000) {
      if (sureToStop(window, jobs)) closeNow();
      return;
    }
    askedMs = Date.now();
    ask(jobs);
  });
  const closeNow = (): void => {
    sure = true;
    onAgreed();
    if (!window.isDestroyed()) window.close();
  };
  return closeNow;
}

/** Asks in a window of the system whether work may be ended. `window`: null where none is open. */
export function sureToStop(window: BrowserWindow | null, jobs: number): boolean {
  const options = {
    type: 'question' as const,
    message: jobs === 1 ? 'Work still goes on.' : `${jobs} pieces of work still go on.`,
    detail: 'A training that is stopped now can be resumed from its last whole epoch.',
    buttons: ['Keep working', 'Stop and close'],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  };
  return (window ? dialog.showMessageBoxSync(window, options) : dialog.showMessageBoxSync(options)) === 1;
}

/** Main and what it does go on without the screen. */
function showAnewAfterCrash(window: BrowserWindow): void {
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
    const again = dialog.showMessageBoxSync(window, {
      type: 'error',
      message: 'The screen of Twinlens stops again and again.',
      detail: 'What is stored is not affected, and work goes on. If this comes back, start Twinlens anew.',
      buttons: ['Show it again', 'Close'],
      defaultId: 0,
      noLink: true,
    });
    if (again === 0) window.webContents.reload();
    else window.close();
  });
}
