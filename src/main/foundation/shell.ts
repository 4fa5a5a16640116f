import { AppError } from '../../shared/errors.ts';
import type { Door } from '../../shared/workbench.ts';

/** What the door that a screen came through can do outside the workbench: windows of the system, printing. */
export interface Shell {
  door: Door;
  chooseFolder(title: string): Promise<string | null>;
  chooseImage(title: string): Promise<string | null>;
  chooseSave(title: string, name: string, extension: string): Promise<string | null>;
  reveal(path: string): Promise<void>;
  /** Closes the window without asking, although jobs are running. */
  close(): Promise<void>;
  /** Writes an HTML file as PDF, whole or not at all; null where nothing here can print. */
  printPdf: ((htmlFile: string, out: string, signal: AbortSignal) => Promise<void>) | null;
}

function refuse(): Promise<never> {
  return Promise.reject(new AppError('bad-request', 'Only the desktop window can open a window of the system.'));
}

/** For doors without windows of the system. */
export const shellWithoutWindow = (door: Door, printPdf: Shell['printPdf'] = null): Shell => ({
  door,
  chooseFolder: refuse,
  chooseImage: refuse,
  chooseSave: refuse,
  reveal: refuse,
  close: refuse,
  printPdf,
});
