// How quickly main answers while a training keeps every core busy: `node scripts/measure-latency.mjs [seconds]`, after a build.
// Reports milliseconds; asserts nothing, since a number depends on the machine it was taken on.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { servedOn } from './measure/served.mjs';

const seconds = Number(process.argv[2] ?? 30);
const CALLS = ['app.info', 'jobs.list', 'datasets.list', 'runs.list', 'compare.list', 'settings.get'];
const EVERY_MS = 20;

const workspace = mkdtempSync(path.join(os.tmpdir(), 'twinlens latency '));
const served = await servedOn({ workspace, settings: path.join(workspace, 'settings.json'), args: ['--sample'] });
const { call, endOf } = served;

/** @param {string} title @param {() => boolean} goesOn */
async function measure(title, goesOn) {
  /** @type {number[]} */
  const took = [];
  const startedMs = performance.now();
  for (let i = 0; goesOn() && performance.now() - startedMs < seconds * 1000; i++) {
    const name = CALLS[i % CALLS.length] ?? 'app.info';
    const askedMs = performance.now();
    await call(name);
    took.push(performance.now() - askedMs);
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
  took.sort((a, b) => a - b);
  const at = (/** @type {number} */ share) => `${took[Math.min(took.length - 1, Math.floor(share * took.length))]?.toFixed(1)} ms`;
  console.log(`${title}: ${took.length} calls, median ${at(0.5)}, p99 ${at(0.99)}, longest ${at(1)}`);
}

try {
  await endOf((await call('jobs.list'))[0].job);
  const [{ dataset }] = await call('datasets.list');
  await measure('at rest', () => true);
  const job = await call('runs.start', { dataset, epochs: 1000, patience: 0 });
  let running = true;
  const ended = endOf(job.job).then(() => (running = false));
  await measure('while training', () => running);
  await call('jobs.cancel', { job: job.job });
  await ended;
} finally {
  await served.stop();
  rmSync(workspace, { recursive: true, force: true });
}
