// Measures how much longer an import takes beside a training: `node scripts/measure-import.mjs [rounds] [folder]`, after a build. In turn,
// it imports a folder of images alone and while a network is trained on every core (default: 600 generated JPEGs, or those of the folder).
// Prints seconds and ratios. It asserts nothing: the figures depend on the machine.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { drawJpegs } from './measure/jpegs.mjs';
import { startServer } from './measure/server.mjs';

const rounds = Number(process.argv[2] ?? 10);
const base = mkdtempSync(path.join(os.tmpdir(), 'twinlens import '));
const folder = process.argv[3] ?? path.join(base, 'images');
await drawJpegs(folder, 600);
const { call, endOf, stop } = await startServer({
  workspace: path.join(base, 'workspace'),
  settings: path.join(base, 'settings.json'),
  args: ['--sample'],
});

/** Seconds of an import. Removes the data set again. @param {string} name */
async function importOnce(name) {
  const startedMs = performance.now();
  const { result } = await endOf((await call('datasets.import', { folder, name })).job);
  const seconds = (performance.now() - startedMs) / 1000;
  await call('datasets.remove', { dataset: result.dataset });
  return seconds;
}

/** Waits for the first epoch of a training that is the only one. */
async function untilFirstEpoch() {
  for (;;) {
    const run = (await call('runs.list')).find((/** @type {{ status: string }} */ one) => one.status === 'running');
    if (run && (await call('runs.get', { run: run.run })).epochs.length > 0) return run.run;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Seconds of an import while a network is trained. @param {string} dataset @param {string} name */
async function importBesideTraining(dataset, name) {
  const job = await call('runs.start', { dataset, epochs: 1000, patience: 0 });
  const run = await untilFirstEpoch();
  const seconds = await importOnce(name);
  if ((await call('runs.get', { run })).status !== 'running') throw new Error('The training ended before the import.');
  await call('jobs.cancel', { job: job.job });
  await endOf(job.job);
  return seconds;
}

try {
  for (const { job } of await call('jobs.list')) await endOf(job);
  const [{ dataset }] = await call('datasets.list');
  await importOnce('first'); // fills the file cache
  /** @type {number[]} */
  const ratios = [];
  for (let i = 1; i <= rounds; i++) {
    const alone = await importOnce(`alone ${i}`);
    const beside = await importBesideTraining(dataset, `beside ${i}`);
    ratios.push(beside / alone);
    console.log(`${alone.toFixed(2)} s alone, ${beside.toFixed(2)} s beside a training: ${(beside / alone).toFixed(2)} times`);
  }
  ratios.sort((a, b) => a - b);
  console.log(`median ${ratios[rounds >> 1]?.toFixed(2)} times, longest ${ratios.at(-1)?.toFixed(2)} times`);
} finally {
  await stop();
  rmSync(base, { recursive: true, force: true });
}
