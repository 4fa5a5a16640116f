import { existsSync } from 'node:fs';
import { BrowserWindow, dialog, type OpenDialogOptions, shell } from 'electron';
import { AppError } from '../../../shared/errors.ts';
import { writeFileAtomically } from '../../foundation/files.ts';
import type { Shell } from '../../foundation/shell.ts';
import { hardenPrintSession } from './harden.ts';

const IMAGES = ['jpg', 'jpeg', 'jpe', 'jfif', 'pjpeg', 'mpo', 'pgm', 'ppm', 'png', 'webp', 'tif', 'tiff', 'gif', 'avif', 'heic', 'bmp'];

/** System dialogs, modal to the program's window. `window`: null while none is open. */
export function electronShell(window: () => BrowserWindow | null, close: () => void): Shell {
  const choose = async (options: OpenDialogOptions): Promise<string | null> => {
    const parent = window();
    const { filePaths } = await (parent ? dialog.showOpenDialog(parent, options) : dialog.showOpenDialog(options));
    return filePaths[0] ?? null;
  };
  return {
    door: 'electron',
    chooseFolder: (title) => choose({ title, message: title, properties: ['openDirectory', 'createDirectory'] }),
    chooseImage: (title) => choose({ title, message: title, properties: ['openFile'], filters: [{ name: 'Images', extensions: IMAGES }] }),
    chooseSave: async (title, name, extension) => {
      const parent = window();
      const options = { title, message: title, defaultPath: name, filters: [{ name: extension.toUpperCase(), extensions: [extension] }] };
      const { filePath } = await (parent ? dialog.showSaveDialog(parent, options) : dialog.showSaveDialog(options));
      return filePath || null;
    },
    reveal: (path) => {
      if (!existsSync(path)) return Promise.reject(new AppError('not-found', `${path} is no longer there.`, { path }));
      shell.showItemInFolder(path);
      return Promise.resolve();
    },
    close: () => {
      close();
      return Promise.resolve();
    },
    printPdf,
  };
}

/** Prints in a hidden window without scripts and without access to anything but the one file. */
async function printPdf(htmlFile: string, out: string, signal: AbortSignal): Promise<void> {
  const page = new BrowserWindow({
    show: false,
    webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false, javascript: false, partition: `print-${Date.now()}` },
  });
  hardenPrintSession(page.webContents.session);
  const stop = (): void => page.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await page.loadFile(htmlFile);
    await writeFileAtomically(out, await page.webContents.printToPDF({ printBackground: true, preferCSSPageSize: true }));
  } catch (error) {
    if (signal.aborted) throw new AppError('cancelled', 'Cancelled.');
    if (error instanceof AppError) throw error;
    throw new AppError('engine', 'The report could not be printed. Write the report as HTML and print it from any browser.', {}, error);
  } finally {
    signal.removeEventListener('abort', stop);
    if (!page.isDestroyed()) page.destroy();
  }
}
