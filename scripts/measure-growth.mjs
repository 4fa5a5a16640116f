// Measures how embedding and training a head scale with the number of images: `node scripts/measure-growth.mjs [counts…]
// [--epochs N] [--keep FOLDER]`, after a build. For each count it draws small JPEGs, imports them, cancels the embedding half way,
// resumes it and trains a head (compact network, 32 px, weights from a short training). It prints seconds, the peak memory of main
// and of the compute process (from /proc: Linux only) and the longest delay of main's event loop. It asserts that the resumed
// embedding computes only the missing rows. The other figures depend on the machine and are only printed.
// --keep retains images and figures: a second call with the same folder continues after the last finished step.
import assert from 'node:assert';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { drawJpegs } from './measure/jpegs.mjs';
import { peaksBelow } from './measure/memory.mjs';
import { root, startServer } from './measure/server.mjs';
import { stopwatch } from './measure/stopwatch.mjs';

const args = process.argv.slice(2);
/** @param {string} name */
const option = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const epochs = Number(option('--epochs') ?? 3);
const keep = option('--keep');
const base = keep ?? mkdtempSync(path.join(os.tmpdir(), 'twinlens growth '));
const values = new Set([option('--epochs'), keep]);
const given = args.filter((arg) => /^\d+$/.test(arg) && !values.has(arg)).map(Number);
const counts = given.length > 0 ? given : [1000, 10_000, 100_000];
const HEADER_BYTES = 8; // of a cache's list of keys
const RECORD_BYTES = 40; // of an image in it
const clock = stopwatch();

/** @typedef {Awaited<ReturnType<typeof startServer>>} Server */

/**
 * Runs `work` on a server started for it alone. Measures its seconds, the peak memory of its processes and the longest delay of main's event loop.
 * @param {string} workspace
 * @param {(server: Server) => Promise<any>} work
 * @returns {Promise<Figures>}
 */
async function measureOnServer(workspace, work) {
  const before = ['--import', path.join(root, 'scripts', 'measure', 'loop-delay.mjs')];
  const server = await startServer({ workspace, settings: path.join(base, 'settings.json'), before, ipc: true });
  const { child } = server;
  const readDelay = () => new Promise((resolve) => (child.once('message', resolve), child.send('delay')));
  try {
    await readDelay(); // resets the histogram
    const started = clock();
    const result = await work(server);
    const seconds = clock() - started;
    const { max } = /** @type {{ max: number }} */ (await readDelay());
    return { result, seconds, maxDelay: max, ...peaksBelow(/** @type {number} */ (child.pid)) };
  } finally {
    await server.stop();
  }
}

/** @typedef {{ result: any, seconds: number, maxDelay: number, main: number, compute: number }} Figures maxDelay in ms; main and compute: peak bytes */

/**
 * Runs `work` once and stores its figures; later calls read the file.
 * @param {string} name
 * @param {() => Promise<Figures>} work
 * @returns {Promise<Figures>}
 */
async function once(name, work) {
  mkdirSync(path.join(base, 'figures'), { recursive: true });
  const file = path.join(base, 'figures', `${name}.json`);
  if (!existsSync(file)) writeFileSync(file, JSON.stringify(await work()));
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** @param {Server} server @param {Promise<{ job: string }>} started @returns {Promise<Record<string, string>>} */
async function resultOf({ endOf }, started) {
  const job = await endOf((await started).job);
  if (job.status !== 'done') throw new Error(`${job.title}: ${job.status}`);
  return job.result;
}

const HEAD = { backbone: 'compact', scope: 'head', headStart: 'random', size: 32, batch: 64 };

/** Weights for the head runs: the compact network, trained for one epoch on the smallest data set. @param {string} folder */
async function trainWeights(folder) {
  const out = path.join(base, 'compact.safetensors');
  if (existsSync(out)) return out;
  await measureOnServer(path.join(base, 'first'), async (server) => {
    const { dataset } = await resultOf(server, server.call('datasets.import', { folder, name: 'first' }));
    const { run } = await resultOf(server, server.call('runs.start', { dataset, backbone: 'compact', size: 32, epochs: 1, batch: 32 }));
    await resultOf(server, server.call('runs.export', { run, format: 'safetensors', out }));
  });
  return out;
}

/** Number of rows in all feature caches of a workspace. @param {string} workspace */
function cachedRows(workspace) {
  const folder = path.join(workspace, 'cache', 'features');
  const keys = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.keys')) : [];
  return keys.reduce((sum, file) => sum + (statSync(path.join(folder, file)).size - HEADER_BYTES) / RECORD_BYTES, 0);
}

/** Starts a training and cancels it when half of the images are embedded. @param {Server} server @param {object} choices */
async function cancelHalfWay({ call, endOf }, choices) {
  const { job } = await call('runs.start', choices);
  for (;;) {
    const { progress, status } = (await call('jobs.list')).find((/** @type {{ job: string }} */ one) => one.job === job);
    if (status !== 'running') throw new Error(`The training was ${status} before half of the images were embedded.`);
    if (progress.text.startsWith('Reading') && progress.done >= progress.total / 2) break;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await call('jobs.cancel', { job });
  await endOf(job);
}

/**
 * Trains to the end. Returns the number of images it embedded, and seconds for embedding and for all epochs.
 * @param {Server} server
 * @param {object} choices
 */
async function trainToEnd({ call }, choices) {
  const started = clock();
  const { job } = await call('runs.start', choices);
  let embedded = 0;
  let embedding = 0;
  let training = 0;
  for (;;) {
    const { progress, status, error } = (await call('jobs.list')).find((/** @type {{ job: string }} */ one) => one.job === job);
    if (progress.text.startsWith('Reading')) [embedded, embedding] = [progress.total, clock() - started];
    if (progress.text.startsWith('Epoch')) training = clock() - started - embedding;
    if (status === 'failed') throw new Error(error.message);
    if (status !== 'running') return { embedded, embedding, training };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const mib = (/** @type {number} */ bytes) => String(Math.round(bytes / 2 ** 20));

/** @param {(string | number)[]} cells */
const row = (cells) => console.log(`| ${cells.join(' | ')} |`);

/** @param {number} count @param {string} weights */
async function measureCount(count, weights) {
  const folder = path.join(base, `${count}`);
  await drawJpegs(folder, count);
  const workspace = path.join(base, `workspace ${count}`);
  const imported = await once(`${count} imported`, () => {
    rmSync(workspace, { recursive: true, force: true });
    return measureOnServer(workspace, (server) => resultOf(server, server.call('datasets.import', { folder, name: 'sample' })));
  });
  const dataset = imported.result['dataset'];
  const choices = { dataset, ...HEAD, weights, epochs, seed: 1 };

  const { result, ...figures } = await once(`${count} trained`, async () => {
    rmSync(path.join(workspace, 'cache', 'features'), { recursive: true, force: true });
    await measureOnServer(workspace, (server) => cancelHalfWay(server, choices));
    const before = cachedRows(workspace);
    return measureOnServer(workspace, async (server) => {
      const { splits } = await server.call('datasets.get', { dataset });
      return { before, ...(await trainToEnd(server, choices)), wanted: splits.train + splits.valid - before };
    });
  });
  assert.equal(result.embedded, result.wanted, 'images embedded after the resume');
  const { embedding, training } = result;
  row([
    count.toLocaleString('en'),
    `${imported.seconds.toFixed(1)} (${((1000 * imported.seconds) / count).toFixed(2)})`,
    `${mib(imported.main)} / ${mib(imported.compute)}`,
    imported.maxDelay.toFixed(0),
    `${result.before.toLocaleString('en')} + ${result.embedded.toLocaleString('en')}`,
    `${embedding.toFixed(1)} (${((1000 * embedding) / result.embedded).toFixed(2)})`,
    `${(training / epochs).toFixed(2)} (${((1000 * training) / epochs / count).toFixed(3)})`,
    `${mib(figures.main)} / ${mib(figures.compute)}`,
    figures.maxDelay.toFixed(0),
  ]);
}

try {
  const first = path.join(base, '1000');
  await drawJpegs(first, 1000);
  const weights = await trainWeights(first);
  const peak = 'peak MiB, main / compute';
  const delay = 'longest delay of main, ms';
  row([
    'images',
    'import, s (ms per image)',
    peak,
    delay,
    'embedded before + after the resume',
    'resumed embedding, s (ms per image)',
    'epoch, s (ms per image)',
    peak,
    delay,
  ]);
  row(Array.from({ length: 9 }, () => '---'));
  for (const count of counts) await measureCount(count, weights);
} finally {
  if (keep === undefined) rmSync(base, { recursive: true, force: true });
}
