import { existsSync } from 'node:fs';
import path from 'node:path';
import { runQuietly } from './run.mjs';
import { say } from './say.mjs';

/** Chromium without windows. Two test files took 34.2 s of CPU time in it and 37.8 s in the whole Chromium, which Twinlens needs for PDF files. */
const HEADLESS = { name: 'chromium-headless-shell', file: '/usr/bin/chromium-headless-shell' };

/** A Debian package and how to tell whether it is installed. */
const PACKAGES = [
  { name: 'chromium', isInstalled: () => browsers(process.env).some((file) => file !== HEADLESS.file) },
  { name: 'xvfb', isInstalled: () => existsSync('/usr/bin/Xvfb') },
];

const CHROMIUMS = {
  linux: [HEADLESS.file, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable'],
  darwin: ['/Applications/Chromium.app/Contents/MacOS/Chromium', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'],
  win32: ['Google/Chrome/Application/chrome.exe', 'Chromium/Application/chrome.exe', 'Microsoft/Edge/Application/msedge.exe'].flatMap((name) =>
    ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].map((folder) => path.join(process.env[folder] ?? 'C:\\Program Files', name)),
  ),
};

/** The installed browsers; tests use the first. @param {NodeJS.ProcessEnv} env @returns {string[]} */
function browsers(env) {
  const given = env['PLAYWRIGHT_CHROMIUM'];
  const known = given ? [given] : (CHROMIUMS[/** @type {keyof typeof CHROMIUMS} */ (process.platform)] ?? []);
  return known.filter((file) => existsSync(file));
}

/**
 * The Chromium-based browser for the browser tests.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string | null}
 */
export const findChromium = (env = process.env) => browsers(env)[0] ?? null;

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
  const isRoot = process.getuid?.() === 0;
  if (missing.length > 0 && !isRoot) say(`missing for the browser tests: sudo apt-get install ${missing.join(' ')}`);
  if (!isRoot) return;
  const quiet = { env: { ...env, DEBIAN_FRONTEND: 'noninteractive' } };
  const install = (/** @type {string[]} */ names) => runQuietly('apt-get', ['install', '-y', '--no-install-recommends', ...names], quiet);
  if (missing.length > 0) {
    say(`installing ${missing.join(' and ')} with apt-get (for the browser tests)`);
    await runQuietly('apt-get', ['update'], quiet); // an unreachable source is ignored: the install reports what is missing
    const { code, output } = await install(missing);
    if (code !== 0) say(`apt-get could not install ${missing.join(' and ')}: ${output.trim().split('\n').slice(-3).join(' · ')}`);
  }
  if (existsSync(HEADLESS.file) || !existsSync('/usr/lib/chromium')) return; // Ubuntu's chromium is a snap, without such a package
  say(`installing ${HEADLESS.name} with apt-get (for faster browser tests)`);
  await install([HEADLESS.name]); // without it the tests use chromium
}
