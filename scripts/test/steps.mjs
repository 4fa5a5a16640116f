import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from '../bootstrap/build.mjs';
import { SetupError } from '../bootstrap/say.mjs';
import { findElectron, hasScreen } from '../bootstrap/start.mjs';
import { findChromium } from '../bootstrap/system.mjs';
import { checkCounts, NOTHING, playwrightCounts, countsOfReport, vitestCounts } from './counts.mjs';

/**
 * @typedef {{ reports: string, args: string[], prefix?: string }} Context reports: a folder for JSON reports; args: as given to npm test;
 *   prefix: written before each line that a tool prints, where several run at a time
 * @typedef {{ counts: import('./counts.mjs').Counts, note?: string }} Result
 * @typedef {{ title: string, run: (context: Context) => Promise<Result> }} Step
 */

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
/**
 * The code that V8 has compiled, as for the command line in bootstrap.mjs. The tests start hundreds of processes that read the same files: 0.05 to
 * 0.1 s of CPU time less for each.
 */
const COMPILE_CACHE = path.join(root, 'node_modules', '.cache', 'compile');
const inCi = Boolean(process.env['CI']) && process.env['CI'] !== 'false';

/**
 * Runs a tool from node_modules. Its output is printed at once, so that a hang is visible.
 * @param {string} script below node_modules
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, before?: string[], screen?: boolean, prefix?: string | undefined }} [options] env: beyond this process's own;
 *   before: Node's own arguments; screen: whether it needs one, a virtual one where there is none
 * @returns {Promise<number>} exit code
 */
function tool(script, args, { env = {}, before = [], screen = false, prefix } = {}) {
  return new Promise((resolve) => {
    const command = [process.execPath, ...before, path.join(root, 'node_modules', script), ...args];
    if (screen && !hasScreen({ ...process.env, CI: '' })) command.unshift('/usr/bin/xvfb-run', '-a', '-s', '-screen 0 1600x1200x24');
    const [program = '', ...rest] = command;
    const output = prefix === undefined ? 'inherit' : 'pipe';
    const child = spawn(program, rest, {
      cwd: root,
      stdio: ['ignore', output, output],
      env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...process.env, ...env },
    });
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => console.log(`${prefix}${line}`));
    }
    child.on('error', (error) => {
      console.error(error.message);
      resolve(127);
    });
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/**
 * @param {string} folder
 * @param {string} ending
 * @returns {boolean}
 */
function hasFile(folder, ending) {
  if (!existsSync(folder)) return false;
  return readdirSync(folder, { withFileTypes: true }).some((entry) =>
    entry.isDirectory() ? hasFile(path.join(folder, entry.name), ending) : entry.name.endsWith(ending),
  );
}

/**
 * All files but Svelte components: 7 s of CPU time, 6 of them for the rules that need types.
 * @type {Step}
 */
export const oxlint = {
  title: 'oxlint',
  run: async ({ prefix }) => ({ counts: checkCounts(await tool('oxlint/bin/oxlint', [], { prefix })) }),
};

/**
 * Svelte components and .svelte.ts files, by the rules of .oxlintrc.json and of Svelte. The larger young generation (MB) saves 2 s of CPU time.
 * @type {Step}
 */
export const eslint = {
  title: 'eslint',
  run: async ({ prefix }) => ({
    counts: checkCounts(await tool('eslint/bin/eslint.js', ['.', '--max-warnings', '0'], { prefix, before: ['--max-semi-space-size=64'] })),
  }),
};

/**
 * The import law: .dependency-cruiser.mjs.
 * @type {Step}
 */
export const imports = {
  title: 'dependency-cruiser',
  run: async ({ prefix }) => ({
    counts: checkCounts(await tool('dependency-cruiser/bin/dependency-cruiser.mjs', ['src', '--output-type', 'err-long'], { prefix })),
  }),
};

/** @type {Step} */
export const prettier = {
  title: 'prettier',
  run: async ({ prefix }) => ({ counts: checkCounts(await tool('prettier/bin/prettier.cjs', ['--check', '.', '--log-level', 'warn'], { prefix })) }),
};

/**
 * Types in every file of tsconfig.json: .ts, .mjs and .svelte. tsc finds the same errors outside components, so it is not run here.
 * With the flag, TypeScript 7 (@typescript/native) checks: 10 s of CPU time, against 26 s with TypeScript 6. Both found the same six planted errors.
 * @type {Step}
 */
export const types = {
  title: 'svelte-check',
  run: async ({ prefix }) => ({
    counts: checkCounts(
      await tool('svelte-check/bin/svelte-check', ['--tsconfig', 'tsconfig.json', '--fail-on-warnings', '--tsgo-experimental-api'], { prefix }),
    ),
  }),
};

/**
 * Before the unit tests, since some of them run the built command line. Set-up, not a check: counted only when it fails.
 * @type {Step}
 */
export const build = {
  title: 'build',
  run: async () => {
    try {
      const done = await ensureBuilt(root, { executable: process.execPath, home: null }, process.env);
      return { counts: NOTHING, note: done === 'fresh' ? 'up to date' : 'done' };
    } catch (error) {
      console.error(error instanceof SetupError ? error.message : error);
      return { counts: checkCounts(1) };
    }
  },
};

/** @type {Step} */
export const unitTests = {
  title: 'vitest',
  run: async ({ reports, args, prefix }) => {
    const report = path.join(reports, 'vitest.json');
    const code = await tool('vitest/vitest.mjs', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args], {
      prefix,
    });
    return { counts: countsOfReport(report, code, vitestCounts) };
  },
};

/** @type {Step} */
export const browserTests = {
  title: 'playwright',
  run: async (context) => {
    if (!hasFile(path.join(root, 'test', 'e2e'), '.spec.ts')) return { counts: NOTHING, note: 'no browser tests' };
    const chromium = findChromium();
    if (chromium === null) {
      const note = 'no Chromium on this machine (PLAYWRIGHT_CHROMIUM names one)';
      return inCi ? { counts: checkCounts(1), note: `FAILED: ${note}` } : { counts: { ...NOTHING, skipped: 1 }, note: `skipped: ${note}` };
    }
    return playwright('web', chromium, context);
  },
};

/**
 * The same tests in the desktop program, and the tests that apply only to it.
 * @type {Step}
 */
export const desktopTests = {
  title: 'playwright, desktop program',
  run: async (context) => {
    const chromium = findChromium();
    const screen = hasScreen({ ...process.env, CI: '' }) || existsSync('/usr/bin/xvfb-run');
    const missing =
      findElectron(root) === null
        ? 'no Electron runtime on this machine (npm start fetches it where there is a network)'
        : screen
          ? null
          : 'no screen, and no xvfb-run';
    if (missing === null && chromium !== null) return playwright('electron', chromium, context);
    const note = missing ?? 'no Chromium on this machine';
    if (process.env['REQUIRE_ELECTRON'] === '1') return { counts: checkCounts(1), note: `FAILED: ${note}, and REQUIRE_ELECTRON=1` };
    return { counts: { ...NOTHING, skipped: 1 }, note: `skipped: ${note}` };
  },
};

/**
 * @param {'web' | 'electron'} project
 * @param {string} chromium
 * @param {Context} context
 * @returns {Promise<Result>}
 */
async function playwright(project, chromium, { reports, args, prefix }) {
  const report = path.join(reports, `playwright-${project}.json`);
  const code = await tool('@playwright/test/cli.js', ['test', `--project=${project}`, ...args], {
    env: { PLAYWRIGHT_CHROMIUM: chromium, PLAYWRIGHT_JSON_OUTPUT_FILE: report },
    screen: project === 'electron',
    prefix,
  });
  return { counts: countsOfReport(report, code, playwrightCounts) };
}
