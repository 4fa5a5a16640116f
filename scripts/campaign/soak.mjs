import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { pick } from './inputs.mjs';
import { childrenOf, serve } from './program.mjs';
import { Unavailable } from './runner.mjs';
import { temporaryFiles } from './state.mjs';

const ROUNDS = 120; // of a whole run; about 2.5 s each
const FEWEST = 12;
const WARM_UP = 1 / 3; // rounds that are not measured: caches fill, code is compiled
const PAUSE_MS = 500; // before a measurement, for collections and files that close late
const MAX_GROWTH = 0.1; // of a process's memory over the measured rounds, as a share of its median
const ALLOWED_BYTES = 40 * 2 ** 20; // growth that is no loss in any case: V8 returns memory late

/** @typedef {{ name: string, memory: number, descriptors: number }} Measured */

/**
 * Rounds of mixed calls on one served workbench: explanations, an import and its removal, edits and undo, evaluation, a report, previews,
 * lists. After each round and a pause of 0.5 s: resident memory and open descriptors of main and of each compute process, and the number
 * of temporary files. The first third is not measured.
 *
 * Held means, for each of these:
 * - memory of a process: the growth over the measured rounds, by the Theil–Sen slope (median of the slopes of all pairs of rounds, which
 *   outliers do not move), is at most 10 % of its median, or 40 MiB if that is more;
 * - descriptors of a process: that growth is below 2, and the largest number is at most 1.5 times the median plus 10;
 * - temporary files in the workspace and TMPDIR: none after the last round.
 * One case; `--scale` changes the number of rounds (120 at scale 1, at least 12). Needs /proc.
 * @type {import('./runner.mjs').Part}
 */
export const soak = {
  name: 'soak',
  about: 'memory, descriptors and temporary files over many rounds of calls',
  cases: 1,
  scalesWithin: true,
  async prepare({ folder, scale, template }) {
    if (process.platform !== 'linux') throw new Unavailable('it needs /proc');
    const rounds = Math.max(FEWEST, Math.round(ROUNDS * scale));
    return {
      limitMs: 600_000 + rounds * 30_000,
      async attempt(_, random, tally) {
        const copy = await template.copy(path.join(folder, 'soak'));
        const server = await serve(copy.workspace, copy.environment);
        /** @type {Map<string, Measured[]>} */
        const measured = new Map();
        let left;
        try {
          for (let round = 0; round < rounds; round++) {
            await playRound(server, copy, round, random);
            await wait(PAUSE_MS);
            if (round < rounds * WARM_UP) continue;
            for (const one of measureAll(server.pid)) measured.set(one.name, [...(measured.get(one.name) ?? []), one]);
          }
          left = temporaryFiles([copy.workspace, path.join(copy.environment.home, 'tmp')]);
        } finally {
          await server.stop();
        }
        for (const [name, values] of measured) checkGrowth(name, values, tally);
        if (left.length) tally.lost(`temporary files: ${left.join(', ')}`);
        else tally.held();
      },
    };
  },
};

/**
 * @param {import('./program.mjs').Served} server
 * @param {import('./template.mjs').Made} made
 * @param {number} round
 * @param {import('./runner.mjs').Random} random
 */
async function playRound(server, { more }, round, random) {
  const ids = Array.from({ length: 4 }, () => random.below(24));
  for (let i = 0; i < 2; i++) {
    const [a, b] = [ids[2 * i], ids[2 * i + 1]];
    if (a !== b)
      await server.value('compare.explain', { run: pick(['r1', 'r2'], random), a: { dataset: 'images', id: a }, b: { dataset: 'images', id: b } });
  }
  const { result } = await done(server, 'datasets.import', { folder: more, name: `more ${round}` });
  const { undoPosition } = await server.value('curation.apply', { dataset: 'images', edit: { kind: 'exclude', ids: [...new Set(ids)] } });
  await server.value('curation.undo', { dataset: 'images', position: undoPosition });
  await Promise.all(ids.map((id) => thumbnail(server, result.dataset, id)));
  await done(server, 'runs.evaluate', { run: 'r1', split: 'valid' });
  const { report } = await server.value('reports.save', { title: `Round ${round}`, comparisons: ['c1', 'c2'] });
  await server.value('reports.preview', { title: 'Preview', comparisons: ['c1'] });
  await done(server, 'reports.write', { report, format: 'html' });
  await server.value('reports.remove', { report });
  await server.value('datasets.remove', { dataset: result.dataset });
  for (const list of ['runs.list', 'datasets.list', 'compare.list', 'reports.list', 'jobs.list']) await server.value(list);
}

/** @param {import('./program.mjs').Served} server @param {string} call @param {object} input */
async function done(server, call, input) {
  const job = await server.job(call, input);
  if (job.status !== 'done') throw new Error(`${call}: ${job.error?.message ?? job.status}`);
  return job;
}

/** @param {import('./program.mjs').Served} server @param {string} dataset @param {number} id */
async function thumbnail({ url }, dataset, id) {
  const headers = { authorization: `Bearer ${url.searchParams.get('token')}` };
  const response = await fetch(new URL(`/media/thumb/${encodeURIComponent(dataset)}/${id}`, url), { headers });
  await response.arrayBuffer();
}

/** Main and its compute processes. @param {number} main @returns {Measured[]} */
function measureAll(main) {
  return [main, ...childrenOf(main)].flatMap((pid, i) => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      const memory = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024;
      const stream = i === 0 ? 'main' : (readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean).at(-1) ?? '');
      return [{ name: `${stream} ${pid}`, memory, descriptors: readdirSync(`/proc/${pid}/fd`).length }];
    } catch {
      return []; // it has just ended
    }
  });
}

/** @param {string} name @param {Measured[]} values @param {import('./runner.mjs').Tally} tally */
function checkGrowth(name, values, tally) {
  const memory = values.map((one) => one.memory);
  const descriptors = values.map((one) => one.descriptors);
  const grown = theilSen(memory) * values.length;
  const allowed = Math.max(ALLOWED_BYTES, MAX_GROWTH * median(memory));
  const mebibytes = (/** @type {number} */ bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  if (grown > allowed) tally.lost(`${name}: memory grows by ${mebibytes(grown)} over ${values.length} rounds; median ${mebibytes(median(memory))}`);
  else tally.held();
  const more = theilSen(descriptors) * values.length;
  if (more >= 2 || Math.max(...descriptors) > 1.5 * median(descriptors) + 10)
    tally.lost(`${name}: descriptors grow by ${more.toFixed(1)} over ${values.length} rounds, ${Math.max(...descriptors)} at most`);
  else tally.held();
}

/** @param {readonly number[]} values */
function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? (sorted[half] ?? NaN) : ((sorted[half - 1] ?? NaN) + (sorted[half] ?? NaN)) / 2;
}

/**
 * The median slope of all pairs of values, per step: Sen, "Estimates of the regression coefficient based on Kendall's tau", 1968.
 * @param {readonly number[]} values
 */
export function theilSen(values) {
  const slopes = values.flatMap((a, i) => values.slice(i + 1).map((b, k) => (b - a) / (k + 1)));
  return slopes.length ? median(slopes) : 0;
}
