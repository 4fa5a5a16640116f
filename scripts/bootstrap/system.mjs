import { existsSync } from 'node:fs';
import path from 'node:path';
import { runQuietly } from './run.mjs';
import { say } from './say.mjs';

/** A Debian package and how to tell whether it is installed. */
const PACKAGES = [
  { name: 'chromium', isInstalled: () => findChromium() !== null },
  { name: 'xvfb', isInstalled: () => existsSync('/usr/bin/Xvfb') },
];

const CHROMIUMS = {
  linux: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable'],
  darwin: ['/Applications/Chromium.app/Contents/MacOS/Chromium', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'],
  win32: ['Google/Chrome/Application/chrome.exe', 'Chromium/Application/chrome.exe', 'Microsoft/Edge/Application/msedge.exe'].flatMap((name) =>
    ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].map((folder) => path.join(process.env[folder] ?? 'C:\\Program Files', name)),
  ),
};

/**
 * The Chromium-based browser for the browser tests.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string | null}
 */
export function findChromium(env = process.env) {
  const given = env['PLAYWRIGHT_CHROMIUM'];
  if (given) return existsSync(given) ? given : null;
  const known = CHROMIUMS[/** @type {keyof typeof CHROMIUMS} */ (process.platform)] ?? [];
  return known.find((file) => existsSync(file)) ?? null;
}

/**
 * Installs what the browser tests need (Debian as root), else prints what is missing.
 * @param {NodeJS.ProcessEnv} env
 */
export async function ensureBrowser(env) {
  const isDebian = process.platform === 'linux' && existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get');
  if (!isDebian) {
    if (findChromium(env) === null)
      say('no Chromium was found for the browser tests: install Chromium or Chrome, or set PLAYWRIGHT_CHROMIUM to its path');
    return;
  }
  const missing = PACKAGES.filter((item) => !item.isInstalled()).map((item) => item.name);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0) {
    say(`missing for the browser tests: sudo apt-get install ${missing.join(' ')}`);
    return;
  }
  say(`installing ${missing.join(' and ')} with apt-get (for the browser tests)`);
  const quiet = { env: { ...env, DEBIAN_FRONTEND: 'noninteractive' } };
  await runQuietly('apt-get', ['update'], quiet); // an unreachable source is ignored: the install reports what is missing
  const { code, output } = await runQuietly('apt-get', ['install', '-y', '--no-install-recommends', ...missing], quiet);
  if (code !== 0) say(`apt-get could not install ${missing.join(' and ')}: ${output.trim().split('\n').slice(-3).join(' · ')}`);
}
