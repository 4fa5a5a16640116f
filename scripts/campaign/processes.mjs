import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { badEndOf, run, runJson, serve, start } from './program.mjs';
import { databaseFault } from './state.mjs';
import { EPOCHS, TRAIN, withoutTimes } from './template.mjs';

const WAYS = /** @type {const} */ (['two writers', 'readers', 'descriptors', 'file size', 'read-only', 'clock']);

/** Shifts Date.now and new Date() by hours, another shift every 20 ms of true time, forward and back. Timers keep true time. */
const CLOCK = `
const RealDate = Date, start = performance.now();
const shift = () => [0, 5, -3, 26, -26, 1, -7][Math.floor((performance.now() - start) / 20 + SEED) % 7] * 3600e3;
globalThis.Date = class extends RealDate {
  constructor(...args) { super(...(args.length ? args : [RealDate.now() + shift()])); }
  static now() { return RealDate.now() + shift(); }
};
`;

/**
 * Several processes on one workspace, limits of the system, and a clock that jumps.
 *
 * Held means:
 * - two writers: of two trainings that start together (within 300 ms) one finishes, the other is refused with "in use" or finishes
 *   after it; runs have different numbers and the rows of an undisturbed training;
 * - readers: lists work, and give whole JSON, while a served workbench trains;
 * - descriptors: with 24 to 200 of them (ulimit -n) a training and a served workbench work, or fail with one sentence;
 * - file size: with files of at most 64 KB to 4 MB (ulimit -f) likewise, and the runs before are intact;
 * - read-only: on a workspace without write permission lists work, and a training is refused with one sentence (not as root);
 * - clock: a training whose main and compute processes see the time jump by hours, forward and back, has the rows of an undisturbed one,
 *   run numbers in order, and no negative duration or speed.
 * @type {import('./runner.mjs').Part}
 */
export const processes = {
  name: 'processes',
  about: 'two processes, few descriptors, small files, read-only folders, a jumping clock',
  cases: 48,
  async prepare({ folder, template }) {
    return {
      async attempt(number, random, tally) {
        const way = WAYS[number % WAYS.length] ?? 'readers';
        const own = path.join(folder, `${number}`);
        const copy = { ...(await template.copy(own)), own };
        const faults = await tries[way](copy, random);
        const database = databaseFault(copy.workspace, own);
        if (database) faults.push(database);
        if (faults.length) tally.lost(`${way}: ${faults.join('; ')}`);
        else tally.held();
      },
    };
  },
};

/** @typedef {import('./template.mjs').Made & { at: string[], environment: { home: string }, own: string }} Copy */

const SHORT = ['train', 'images', ...TRAIN, '--epochs', `${EPOCHS}`];

/** @param {Copy} copy @param {any[]} runs @returns {string[]} */
const otherRows = ({ rows }, runs) =>
  runs
    .filter((r) => r.epochs.length === EPOCHS && JSON.stringify(r.epochs.map(withoutTimes)) !== JSON.stringify(rows))
    .map((r) => `${r.run} has other rows`);

/** @type {Record<typeof WAYS[number], (copy: Copy, random: import('./runner.mjs').Random) => Promise<string[]>>} */
const tries = {
  async 'two writers'(copy, random) {
    const first = start([...SHORT, ...copy.at], copy.environment);
    await new Promise((done) => setTimeout(done, random.between(0, 300)));
    const second = start([...SHORT, ...copy.at], copy.environment);
    const ends = [await first.ended, await second.ended];
    const faults = ends.flatMap((ended) => {
      const bad = badEndOf(ended);
      if (bad) return [bad];
      return ended.code === 0 || /in use|is using|uses the workspace/i.test(ended.stderr) ? [] : [`refused otherwise: ${ended.stderr.slice(-200)}`];
    });
    if (!ends.some(({ code }) => code === 0)) faults.push('neither finished');
    const runs = await runJson(['runs', ...copy.at], copy.environment);
    const done = ends.filter(({ code }) => code === 0).length;
    if (runs.length !== 2 + done) faults.push(`${runs.length} runs in place of ${2 + done}`);
    return [...faults, ...otherRows(copy, runs)];
  },

  async readers(copy) {
    const server = await serve(copy.workspace, copy.environment);
    const { job } = await server.value('runs.start', { dataset: 'images', size: 32, epochs: 4000, patience: 0, device: 'cpu' });
    const lists = await Promise.all(
      [['runs'], ['datasets'], ['comparisons'], ['runs']].map((list) => run([...list, '--json', ...copy.at], copy.environment)),
    );
    const writer = await run(['evaluate', 'r1', ...copy.at], copy.environment);
    await server.value('jobs.cancel', { job });
    await server.stop();
    const faults = lists.flatMap((ended) => (ended.code === 0 && Array.isArray(JSON.parse(ended.stdout)) ? [] : [`a list fails: ${ended.stderr}`]));
    if (writer.code === 0 || badEndOf(writer) !== null) faults.push(`a second writer is not refused: ${writer.stderr}`);
    return faults;
  },

  descriptors: (copy, random) => limited(copy, `ulimit -n ${24 + random.below(177)}`),

  'file size': (copy, random) => limited(copy, `ulimit -f ${[128, 512, 2048, 8192][random.below(4)]}`), // blocks of 512 bytes

  async 'read-only'(copy) {
    if (process.getuid?.() === 0) return []; // root may write anywhere; the part `disk` mounts a read-only disk
    chmodSync(copy.workspace, 0o500);
    try {
      const list = await run(['runs', ...copy.at], copy.environment);
      const writer = await run([...SHORT, ...copy.at], copy.environment);
      return [
        ...(list.code === 0 ? [] : [`a list fails: ${list.stderr}`]),
        ...(writer.code === 0 ? ['a training on a read-only workspace'] : [badEndOf(writer) ?? '']),
      ].filter(Boolean);
    } finally {
      chmodSync(copy.workspace, 0o700);
    }
  },

  async clock(copy, random) {
    const preload = path.join(copy.own, 'clock.mjs');
    mkdirSync(copy.own, { recursive: true });
    writeFileSync(preload, CLOCK.replace('SEED', `${random.below(7)}`));
    // NODE_OPTIONS reaches the compute process, too.
    const environment = { ...copy.environment, env: { NODE_OPTIONS: `--import=${JSON.stringify(preload)}` } };
    await runJson([...SHORT, ...copy.at], environment);
    await runJson([...SHORT, '--epochs', '3', ...copy.at], environment);
    await runJson(['train', 'images', '--resume', 'r4', '--epochs', `${EPOCHS}`, ...copy.at], environment);
    const runs = await runJson(['runs', ...copy.at], copy.environment);
    const faults = otherRows(copy, runs);
    if (runs.map((/** @type {any} */ r) => r.run).join() !== 'r4,r3,r2,r1') faults.push(`order: ${runs.map((/** @type {any} */ r) => r.run).join()}`);
    for (const r of runs) {
      if (r.seconds < 0) faults.push(`${r.run} took ${r.seconds} s`);
      if (r.finishedMs < r.createdMs) faults.push(`${r.run} ended ${r.createdMs - r.finishedMs} ms before it began`);
      for (const e of r.epochs) if (!(e.seconds >= 0 && e.imagesPerSecond >= 0)) faults.push(`epoch ${e.epoch} of ${r.run}: ${e.seconds} s`);
    }
    return faults;
  },
};

/** Runs a training and a server under a limit that a shell sets. @param {Copy} copy @param {string} shell */
async function limited(copy, shell) {
  /** @type {string[]} */
  const faults = [];
  const environment = { ...copy.environment, shell };
  const trained = await run([...SHORT, ...copy.at], environment);
  // Node itself may not start with so few descriptors.
  const bad = trained.signal === null && !isNodes(trained.stderr) ? badEndOf(trained) : null;
  if (bad) faults.push(`${shell}: ${bad}`);
  const after = await runJson(['runs', ...copy.at], copy.environment);
  for (const r of copy.runs)
    if (JSON.stringify(after.find((/** @type {any} */ one) => one.run === r.run)) !== JSON.stringify(r))
      faults.push(`${shell}: ${r.run} has changed`);
  return [...faults, ...otherRows(copy, after)];
}

/** Whether Node's own start failed, before any line of the program. @param {string} stderr */
const isNodes = (stderr) =>
  /node: .*(Too many open files|error while loading)|uv_loop_init|Assertion failed|node:internal\/(?:modules|process)/.test(stderr);
