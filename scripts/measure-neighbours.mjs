// Measures the analysis of a large data set: `node scripts/measure-neighbours.mjs [images] [--dimensions 256]`, after a build.
// 1. The search alone: random rows, in this process. Prints seconds, processor time and peak memory.
// 2. The whole job on a drawn data set of as many rows in the database, whose features (the encoder `compact`, random weights) are random numbers
//    in the cache, so that no image is decoded. Prints seconds, peak memory of main and compute, and the delay of main's event loop.
// It asserts nothing: the figures depend on the machine.
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { drawTiles, fillDatabase, fillFeatures } from './measure/random-set.mjs';
import { peaksBelow } from './measure/memory.mjs';
import { root, startServer } from './measure/server.mjs';

const args = process.argv.slice(2);
const at = args.indexOf('--dimensions');
const d = at < 0 ? 256 : Number(args[at + 1]);
const n = Number(args.find((arg, i) => /^\d+$/.test(arg) && (at < 0 || i !== at + 1)) ?? 100_000);
const MB = 1e6;

await measureSearch();
await measureJob();

/** Standard normal numbers by Box and Muller, from a linear congruential generator. */
function randomRows() {
  const rows = new Float32Array(n * d);
  let state = 1;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  for (let i = 0; i < rows.length; i++) rows[i] = Math.sqrt(-2 * Math.log(next() || 1e-9)) * Math.cos(2 * Math.PI * next());
  return rows;
}

async function measureSearch() {
  const { nearestRows } = await import('../src/main/compute/embeddings/nearest-rows.ts');
  const { openEngine } = await import('../src/main/compute/engine/engine-choice.ts');
  const engine = await openEngine('onnx', 'cpu');
  const { signal } = new AbortController();
  const rows = randomRows();
  const before = process.cpuUsage();
  const startedMs = performance.now();
  const { positions } = await nearestRows(rows, d, { k: 20, measure: 'cosine', engine, signal });
  const seconds = (performance.now() - startedMs) / 1000;
  const { user, system } = process.cpuUsage(before);
  const peak = process.resourceUsage().maxRSS * 1024;
  const hash = createHash('sha256').update(positions).digest('hex').slice(0, 12);
  console.log(
    `search, ${n} rows of ${d}: ${seconds.toFixed(1)} s, ${((user + system) / 1e6).toFixed(1)} s of processor time, peak memory ${(peak / MB).toFixed(0)} MB (${hash})`,
  );
}

async function measureJob() {
  const base = mkdtempSync(path.join(os.tmpdir(), 'twinlens neighbours '));
  const workspace = path.join(base, 'workspace');
  const start = () =>
    startServer({
      workspace,
      settings: path.join(base, 'settings.json'),
      before: ['--import', path.join(root, 'scripts', 'measure', 'loop-delay.mjs')],
      ipc: true,
    });
  const source = { encoder: 'compact', weights: null };
  try {
    drawTiles(path.join(base, 'images'));
    const small = await start();
    await small.endOf((await small.call('datasets.import', { folder: path.join(base, 'images'), name: 'random' })).job);
    const [{ dataset }] = await small.call('datasets.list');
    await small.endOf((await small.call('embeddings.start', { dataset, source })).job); // makes the cache's file
    await small.stop();
    const sha256s = fillDatabase(path.join(workspace, 'twinlens.sqlite'), n);
    const features = path.join(workspace, 'cache', 'features');
    const name = readdirSync(features).find((file) => file.endsWith('.rows')) ?? '';
    const channels = fillFeatures(path.join(features, name.replace(/\.rows$/, '')), sha256s);

    const server = await start();
    const readDelay = () => new Promise((resolve) => (server.child.once('message', resolve), server.child.send('delay')));
    await server.call('datasets.list');
    await readDelay();
    await new Promise((resolve) => setTimeout(resolve, 100)); // the first tick after a reset only starts the measurement
    const startedMs = performance.now();
    await server.endOf((await server.call('embeddings.start', { dataset, source })).job);
    const seconds = (performance.now() - startedMs) / 1000;
    await new Promise((resolve) => setTimeout(resolve, 600));
    const delay = /** @type {{ p99: number, max: number }} */ (await readDelay());
    const { state, facts } = await server.call('embeddings.status', { dataset, source });
    const peaks = peaksBelow(server.child.pid ?? 0);
    const disk = readdirSync(path.join(workspace, 'cache', 'embeddings'), { recursive: true, encoding: 'utf8' })
      .map((file) => statSync(path.join(workspace, 'cache', 'embeddings', file)))
      .reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
    console.log(
      `job, ${facts.images} images, ${channels} channels, ${state}: ${seconds.toFixed(1)} s; main ${(peaks.main / MB).toFixed(0)} MB, compute ${(peaks.compute / MB).toFixed(0)} MB, files ${(disk / MB).toFixed(0)} MB; delay of main's loop: p99 ${delay.p99.toFixed(1)} ms, longest ${delay.max.toFixed(1)} ms`,
    );
    await server.stop();
  } finally {
    rmSync(base, { recursive: true, force: true, maxRetries: 5 });
  }
}
