import { AppError } from '../../shared/errors.ts';
import type { Door } from '../../shared/workbench.ts';

/** System dialogs, file manager and printing of a door. */
export interface Shell {
  door: Door;
  chooseFolder(title: string): Promise<string | null>;
  chooseImage(title: string): Promise<string | null>;
  chooseSave(title: string, name: string, extension: string): Promise<string | null>;
  reveal(path: string): Promise<void>;
  /** Closes the window without confirmation, even if jobs are running. */
  close(): Promise<void>;
  /** Writes an HTML file as PDF, atomically. Null if printing is not possible. */
  printPdf: ((htmlFile: string, out: string, signal: AbortSignal) => Promise<void>) | null;
}

function refuse(): Promise<never> {
  return Promise.reject(new AppError('bad-request', 'Only the desktop app can open system dialogs.'));
}

/** For doors without system dialogs. */
export const shellWithoutWindow = (door: Door, printPdf: Shell['printPdf'] = null): Shell => ({
  door,
  chooseFolder: refuse,
  chooseImage: refuse,
  chooseSave: refuse,
  reveal: refuse,
  close: refuse,
  printPdf,
});
