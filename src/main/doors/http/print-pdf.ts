import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { AppError, asAppError } from '../../../shared/errors.ts';
import { makeScratchFolder, writeFileAtomically } from '../../foundation/files.ts';
import type { Shell } from '../../foundation/shell.ts';

const TIMEOUT_MS = 120_000;

const UNIX = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge', 'brave-browser'];
const MAC = ['Google Chrome', 'Chromium', 'Microsoft Edge', 'Brave Browser'];
const WINDOWS = ['Google/Chrome/Application/chrome.exe', 'Chromium/Application/chrome.exe', 'Microsoft/Edge/Application/msedge.exe'];

/** A Chromium-based browser on this computer: the one named in TWINLENS_BROWSER, else one in a standard folder; null if there is none. */
export function findBrowser(env: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): string | null {
  const named = env['TWINLENS_BROWSER'];
  if (named) return existsSync(named) ? named : null;
  return candidates(env, platform).find((file) => existsSync(file)) ?? null;
}

function candidates(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string[] {
  switch (platform) {
    case 'win32':
      return ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((name) =>
        env[name] ? WINDOWS.map((file) => join(env[name]!, file)) : [],
      );
    case 'darwin':
      return ['/Applications', join(env['HOME'] ?? '/', 'Applications')].flatMap((folder) =>
        MAC.map((name) => join(folder, `${name}.app`, 'Contents', 'MacOS', name)),
      );
    default: {
      const folders = [...new Set([...(env['PATH'] ?? '').split(delimiter).filter(Boolean), '/usr/bin', '/usr/local/bin', '/snap/bin'])];
      return folders.flatMap((folder) => UNIX.map((name) => join(folder, name)));
    }
  }
}

/**
 * Prints with a headless browser of this computer, with its own profile and without the network.
 * Returns null without a browser. The printer throws AppError 'cancelled', 'engine' if the browser fails, and those of writeFileAtomically.
 */
export function browserPrinter(browser: string | null = findBrowser()): Shell['printPdf'] {
  if (browser === null) return null;
  return async (htmlFile, out, signal) => {
    const folder = makeScratchFolder('twinlens-print-');
    const pdf = join(folder, 'report.pdf');
    try {
      await promisify(execFile)(browser, argumentsFor(folder, pdf, htmlFile), { signal, timeout: TIMEOUT_MS, windowsHide: true });
      const bytes = await readFile(pdf);
      if (bytes.subarray(0, 5).toString('latin1') !== '%PDF-') throw new Error('its output is not a PDF');
      await writeFileAtomically(out, bytes);
    } catch (error) {
      if (signal.aborted) throw new AppError('cancelled', 'Cancelled.');
      const known = asAppError(error);
      if (known.code === 'disk-full' || known.code === 'workspace') throw known;
      throw new AppError(
        'engine',
        'The browser on this computer could not print the report. Write the report as HTML and print it from any browser.',
        {
          browser,
          detail: known.message,
        },
      );
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }).catch(() => undefined);
    }
  };
}

const argumentsFor = (profile: string, pdf: string, htmlFile: string): string[] => [
  '--headless',
  '--disable-gpu',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-extensions',
  '--host-resolver-rules=MAP * ~NOTFOUND', // a report needs no network
  `--user-data-dir=${join(profile, 'profile')}`,
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), // as root Chromium does not start with its sandbox
  '--no-pdf-header-footer',
  `--print-to-pdf=${pdf}`,
  pathToFileURL(htmlFile).href,
];
