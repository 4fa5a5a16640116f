// Measures how quickly main answers while a training uses every core: `node scripts/measure-latency.mjs [seconds]`, after a build.
// Prints milliseconds. It asserts nothing: the figures depend on the machine.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { startServer } from './measure/server.mjs';

const seconds = Number(process.argv[2] ?? 30);
const CALLS = ['app.info', 'jobs.list', 'datasets.list', 'runs.list', 'compare.list', 'settings.get'];
const EVERY_MS = 20;

const workspace = mkdtempSync(path.join(os.tmpdir(), 'twinlens latency '));
const server = await startServer({ workspace, settings: path.join(workspace, 'settings.json'), args: ['--sample'] });
const { call, endOf } = server;

/** @param {string} title @param {() => boolean} isActive */
async function measure(title, isActive) {
  /** @type {number[]} */
  const durations = [];
  const startedMs = performance.now();
  for (let i = 0; isActive() && performance.now() - startedMs < seconds * 1000; i++) {
    const name = CALLS[i % CALLS.length] ?? 'app.info';
    const sentMs = performance.now();
    await call(name);
    durations.push(performance.now() - sentMs);
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
  durations.sort((a, b) => a - b);
  const at = (/** @type {number} */ share) => `${durations[Math.min(durations.length - 1, Math.floor(share * durations.length))]?.toFixed(1)} ms`;
  console.log(`${title}: ${durations.length} calls, median ${at(0.5)}, p99 ${at(0.99)}, longest ${at(1)}`);
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
  await server.stop();
  rmSync(workspace, { recursive: true, force: true });
}
