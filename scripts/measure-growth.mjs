// How embedding and training a head grow with the number of images: `node scripts/measure-growth.mjs [counts…] [--epochs N]
// [--keep FOLDER]`, after a build. Small JPEGs are drawn, imported, embedded until half of them are and it is cut off, and then embedded
// to the end and trained on (compact network, 32 px, weights from a short training of its own). For each count it prints seconds, the
// peak memory of main and of the compute process (from /proc: Linux only), and how long main's event loop was held at most. Asserts that
// the second embedding computes what was missing and nothing else; the rest are figures, since they depend on the machine they were
// taken on. With --keep what was measured is kept too: stopped and called again with the same folder, it goes on with the next step.
import assert from 'node:assert';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { drawJpegs } from './measure/jpegs.mjs';
import { peaksBelow } from './measure/memory.mjs';
import { root, servedOn } from './measure/served.mjs';
import { stopwatch } from './measure/stopwatch.mjs';

const args = process.argv.slice(2);
/** @param {string} name */
const option = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const epochs = Number(option('--epochs') ?? 3);
const kept = option('--keep');
const place = kept ?? mkdtempSync(path.join(os.tmpdir(), 'twinlens growth '));
const values = new Set([option('--epochs'), kept]);
const given = args.filter((arg) => /^\d+$/.test(arg) && !values.has(arg)).map(Number);
const counts = given.length > 0 ? given : [1000, 10_000, 100_000];
const KEY_BYTES = 32; // of an image, in a cache's list of keys
const clock = stopwatch();

/** @typedef {Awaited<ReturnType<typeof servedOn>>} Served */

/**
 * What `work` gives on a program started for it alone, its seconds, the most memory that its processes held, and main's latest answer.
 * @param {string} workspace
 * @param {(served: Served) => Promise<any>} work
 * @returns {Promise<Figures>}
 */
async function measured(workspace, work) {
  const before = ['--import', path.join(root, 'scripts', 'measure', 'loop-delay.mjs')];
  const served = await servedOn({ workspace, settings: path.join(place, 'settings.json'), before, ipc: true });
  const { child } = served;
  const late = () => new Promise((resolve) => (child.once('message', resolve), child.send('delay')));
  try {
    await late(); // counts from now on
    const started = clock();
    const result = await work(served);
    const seconds = clock() - started;
    const { max } = /** @type {{ max: number }} */ (await late());
    return { result, seconds, late: max, ...peaksBelow(/** @type {number} */ (child.pid)) };
  } finally {
    await served.stop();
  }
}

/** @typedef {{ result: any, seconds: number, late: number, main: number, compute: number }} Figures ms and bytes at most */

/**
 * Measured once, and looked up from then on.
 * @param {string} name
 * @param {() => Promise<Figures>} work
 * @returns {Promise<Figures>}
 */
async function once(name, work) {
  mkdirSync(path.join(place, 'figures'), { recursive: true });
  const file = path.join(place, 'figures', `${name}.json`);
  if (!existsSync(file)) writeFileSync(file, JSON.stringify(await work()));
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** @param {Served} served @param {Promise<{ job: string }>} started @returns {Promise<Record<string, string>>} */
async function done({ endOf }, started) {
  const job = await endOf((await started).job);
  if (job.status !== 'done') throw new Error(`${job.title}: ${job.status}`);
  return job.result;
}

const HEAD = { backbone: 'compact', scope: 'head', headStart: 'random', size: 32, batch: 64 };

/** Weights that a head can stand on: a compact network, trained for an epoch on the smallest set. @param {string} folder */
async function someWeights(folder) {
  const out = path.join(place, 'compact.safetensors');
  if (existsSync(out)) return out;
  await measured(path.join(place, 'first'), async (served) => {
    const { dataset } = await done(served, served.call('datasets.import', { folder, name: 'first' }));
    const { run } = await done(served, served.call('runs.start', { dataset, backbone: 'compact', size: 32, epochs: 1, batch: 32 }));
    await done(served, served.call('runs.export', { run, format: 'safetensors', out }));
  });
  return out;
}

/** Rows of all caches of features below a workspace. @param {string} workspace */
function embedded(workspace) {
  const folder = path.join(workspace, 'cache', 'features');
  const keys = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.keys')) : [];
  return keys.reduce((sum, file) => sum + statSync(path.join(folder, file)).size / KEY_BYTES, 0);
}

/** Starts a training and cuts its embedding off half way. @param {Served} served @param {object} choices */
async function cutOff({ call, endOf }, choices) {
  const { job } = await call('runs.start', choices);
  for (;;) {
    const { progress, status } = (await call('jobs.list')).find((/** @type {{ job: string }} */ one) => one.job === job);
    if (status !== 'running') throw new Error(`The training was ${status} before its embedding could be cut off.`);
    if (progress.text.startsWith('Reading') && progress.done >= progress.total / 2) break;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await call('jobs.cancel', { job });
  await endOf(job);
}

/** Trains; how many images it said that it had to embed, the seconds for that, and those for the epochs. @param {Served} served @param {object} choices */
async function resumed({ call }, choices) {
  const started = clock();
  const { job } = await call('runs.start', choices);
  let told = 0;
  let embedding = 0;
  let training = 0;
  for (;;) {
    const { progress, status, error } = (await call('jobs.list')).find((/** @type {{ job: string }} */ one) => one.job === job);
    if (progress.text.startsWith('Reading')) [told, embedding] = [progress.total, clock() - started];
    if (progress.text.startsWith('Epoch')) training = clock() - started - embedding;
    if (status === 'failed') throw new Error(error.message);
    if (status !== 'running') return { told, embedding, training };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const mib = (/** @type {number} */ bytes) => String(Math.round(bytes / 2 ** 20));

/** @param {(string | number)[]} cells */
const row = (cells) => console.log(`| ${cells.join(' | ')} |`);

/** @param {number} count @param {string} weights */
async function grown(count, weights) {
  const folder = path.join(place, `${count}`);
  await drawJpegs(folder, count);
  const workspace = path.join(place, `workspace ${count}`);
  const imported = await once(`${count} imported`, () => {
    rmSync(workspace, { recursive: true, force: true });
    return measured(workspace, (served) => done(served, served.call('datasets.import', { folder, name: 'drawn' })));
  });
  const dataset = imported.result['dataset'];
  const choices = { dataset, ...HEAD, weights, epochs, seed: 1 };

  const { result, ...figures } = await once(`${count} trained`, async () => {
    rmSync(path.join(workspace, 'cache', 'features'), { recursive: true, force: true });
    await measured(workspace, (served) => cutOff(served, choices));
    const before = embedded(workspace);
    return measured(workspace, async (served) => {
      const { splits } = await served.call('datasets.get', { dataset });
      return { before, ...(await resumed(served, choices)), wanted: splits.train + splits.valid - before };
    });
  });
  assert.equal(result.told, result.wanted, 'images embedded after the cut');
  const { embedding, training } = result;
  row([
    count.toLocaleString('en'),
    `${imported.seconds.toFixed(1)} (${((1000 * imported.seconds) / count).toFixed(2)})`,
    `${mib(imported.main)} / ${mib(imported.compute)}`,
    imported.late.toFixed(0),
    `${result.before.toLocaleString('en')} + ${result.told.toLocaleString('en')}`,
    `${embedding.toFixed(1)} (${((1000 * embedding) / result.told).toFixed(2)})`,
    `${(training / epochs).toFixed(2)} (${((1000 * training) / epochs / count).toFixed(3)})`,
    `${mib(figures.main)} / ${mib(figures.compute)}`,
    figures.late.toFixed(0),
  ]);
}

try {
  const first = path.join(place, '1000');
  await drawJpegs(first, 1000);
  const weights = await someWeights(first);
  const peak = 'peak MiB, main / compute';
  const late = 'main late at most, ms';
  row([
    'images',
    'import, s (ms an image)',
    peak,
    late,
    'embedded before + after the cut',
    'after it, s (ms an image)',
    'an epoch, s (ms an image)',
    peak,
    late,
  ]);
  row(Array.from({ length: 9 }, () => '---'));
  for (const count of counts) await grown(count, weights);
} finally {
  if (kept === undefined) rmSync(place, { recursive: true, force: true });
}
