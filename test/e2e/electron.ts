import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import { findElectron } from '../../scripts/bootstrap/start.mjs';

export interface Desktop {
  app: ElectronApplication;
  page: Page;
}

/** The built desktop program in the Electron runtime of this machine, with a separate profile. */
export async function openDesktop(args: string[], { profile = mkdtempSync(join(tmpdir(), 'twinlens profile ')), env = {} } = {}): Promise<Desktop> {
  const executablePath = findElectron(resolve('.'));
  if (executablePath === null) throw new Error('there is no Electron runtime on this machine');
  const settings = { TWINLENS_SETTINGS: join(profile, 'settings.json'), ...env };
  const inherited = Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  const app = await _electron.launch({
    executablePath,
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), `--user-data-dir=${profile}`, resolve('.'), ...args],
    env: { ...inherited, ...settings },
  });
  return { app, page: await app.firstWindow() };
}

/** A desktop window on a served workbench, for tests written for a browser: opens their addresses in its own protocol, each as a fresh page. */
export async function desktopOn(url: string): Promise<Desktop> {
  const desktop = await openDesktop(['--connect', url]);
  const { page } = desktop;
  const { origin } = new URL(url);
  const goto = page.goto.bind(page);
  let count = 0;
  page.goto = (address, options) => {
    const url = new URL(address);
    return goto(url.origin === origin ? `twinlens://app${url.pathname}?page=${++count}${url.hash}` : address, options);
  };
  return desktop;
}
