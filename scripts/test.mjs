// Behind `npm test`, under the Node and the libraries that bootstrap brings. Everything is run even when an early part
// fails; the last line counts. With arguments (a folder, -t NAME, …) only the tests they choose are run.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { sumOf, summaryLine } from './test/counts.mjs';
import { browserTests, build, desktopTests, eslint, imports, prettier, svelteCheck, typescript, unitTests } from './test/steps.mjs';

const args = process.argv.slice(2);
const reports = mkdtempSync(path.join(os.tmpdir(), 'twinlens-test-'));
process.once('exit', () => rmSync(reports, { recursive: true, force: true }));

/** @returns {import('./test/steps.mjs').Step[]} */
function stepsFor() {
  const files = args.filter((arg) => !arg.startsWith('-'));
  if (args.length === 0) return [eslint, imports, prettier, typescript, svelteCheck, build, unitTests, browserTests, desktopTests];
  if (files.length > 0 && files.every((file) => /^test[\\/]e2e/.test(file))) return [build, browserTests, desktopTests];
  return [build, unitTests];
}

/** @type {import('./test/counts.mjs').Counts[]} */
const counts = [];
for (const step of stepsFor()) {
  const startedMs = performance.now();
  console.log(`\n── ${step.title}`);
  const result = await step.run({ reports, args });
  counts.push(result.counts);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  console.log(`── ${step.title}: ${result.note ?? (result.counts.failed > 0 ? 'FAILED' : 'fine')} (${seconds} s)`);
}
const total = sumOf(counts);
console.log(`\n${summaryLine(total)}`);
process.exitCode = total.failed > 0 ? 1 : 0;
