// Runs behind `npm test`, under the Node and the libraries that bootstrap installs. Every step runs even when an early one
// fails; the last line counts. With arguments (a folder, -t NAME, …) only the tests they choose are run.
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { sumOf, summaryLine } from './test/counts.mjs';
import { browserTests, build, desktopTests, eslint, imports, oxlint, prettier, types, unitTests } from './test/steps.mjs';

const args = process.argv.slice(2);
const reports = mkdtempSync(path.join(os.tmpdir(), 'twinlens-test-'));
/** The tests' own folder for temporary files: they leave a thousand workspaces, which go with it. */
const temporary = path.join(reports, 'tmp');
mkdirSync(temporary);
chmodSync(reports, 0o711); // some tests run as another user
for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = temporary;
process.once('exit', () => rmSync(reports, { recursive: true, force: true }));

/**
 * Lanes run at the same time and fill two cores: the end-to-end tests mostly wait for a browser. Everything else needs the build,
 * which comes first.
 * @returns {import('./test/steps.mjs').Step[][]}
 */
function lanesOf() {
  const files = args.filter((arg) => !arg.startsWith('-'));
  if (args.length === 0)
    return [
      [browserTests, desktopTests],
      [oxlint, eslint, imports, prettier, types, unitTests],
    ];
  if (files.length > 0 && files.every((file) => /^test[\\/]e2e/.test(file))) return [[browserTests, desktopTests]];
  return [[unitTests]];
}

/** @type {import('./test/counts.mjs').Counts[]} */
const counts = [];

/**
 * @param {import('./test/steps.mjs').Step} step
 * @param {boolean} alone
 */
async function runStep(step, alone) {
  const startedMs = performance.now();
  console.log(`── ${step.title}`);
  const result = await step.run({ reports, args, ...(alone ? {} : { prefix: `${step.title} │ ` }) });
  counts.push(result.counts);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  console.log(`── ${step.title}: ${result.note ?? (result.counts.failed > 0 ? 'FAILED' : 'passed')} (${seconds} s)`);
}

const startedMs = performance.now();
const lanes = lanesOf();
await runStep(build, true);
await Promise.all(
  lanes.map(async (lane) => {
    for (const step of lane) await runStep(step, lanes.length === 1);
  }),
);
const total = sumOf(counts);
console.log(`\n${((performance.now() - startedMs) / 60_000).toFixed(1)} minutes`);
console.log(summaryLine(total));
process.exitCode = total.failed > 0 ? 1 : 0;
