import { defineConfig, type PlaywrightTestConfig } from '@playwright/test';
import { findChromium } from './scripts/bootstrap/system.mjs';

/** Tests of a browser only: cookies and tabs, lost connections, reports that a reader opens and prints. */
const BROWSER_ONLY = ['**/doors.spec.ts', '**/report.spec.ts', '**/report-pages.spec.ts', '**/shell-trouble.spec.ts'];
const DESKTOP_ONLY = ['**/desktop.spec.ts'];

const isRoot = process.getuid?.() === 0;

const chromium: NonNullable<PlaywrightTestConfig['use']> = {
  browserName: 'chromium',
  launchOptions: {
    executablePath: process.env['PLAYWRIGHT_CHROMIUM'] || (findChromium() ?? '/usr/bin/chromium'),
    args: [
      ...(isRoot ? ['--no-sandbox'] : []),
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--disable-quic',
      '--disable-gpu', // no process that draws on the processor in place of a card: a twentieth of the CPU time
      '--in-process-gpu', // what is left of that process in the browser's: a twelfth of the CPU time, mostly messages between the two
      // One renderer process for all pages, as in the headless shell. Otherwise most tests start another.
      '--disable-site-isolation-trials',
      '--renderer-process-limit=1',
    ],
  },
};

export default defineConfig({
  testDir: 'test/e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results',
  forbidOnly: Boolean(process.env['CI']),
  workers: 1, // each test trains or explains with every core
  timeout: 120_000,
  expect: { timeout: 15_000 }, // a loaded machine is no failure
  reporter: [
    ['list'],
    ...(process.env['PLAYWRIGHT_JSON_OUTPUT_FILE'] ? [['json', { outputFile: process.env['PLAYWRIGHT_JSON_OUTPUT_FILE'] }] as ['json', object]] : []),
  ],
  projects: [
    {
      name: 'web',
      testIgnore: DESKTOP_ONLY,
      use: chromium,
    },
    { name: 'electron', testIgnore: BROWSER_ONLY, use: chromium },
  ],
});
