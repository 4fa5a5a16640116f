import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { bodyFor, inputFor, pick, SCHEMAS } from './inputs.mjs';
import { isAlive, serve } from './program.mjs';
import { fingerprint } from './state.mjs';

const CALLS_PER_CASE = 100;
const ANSWER_MS = 30_000; // for a call of the list; with `measure` a plan times steps of a network
const INFO_MS = 5000;

/** Jobs that are cancelled as soon as they have started: they would train, or try every device. */
const CANCELLED = new Set(['app.doctor', 'runs.start', 'runs.resume', 'datasets.sample']);

/**
 * Random calls to a served workbench: every call of the contract with inputs of the right form, at and beyond the
 * boundaries, hostile, and of no form. A case is one server on a copy of the template and 100 calls.
 *
 * Held means for a call: within 30 s the answer is ok, or an error whose code is not 'internal' or 'compute-lost' and whose message
 * has no stack; and for its case also: after the calls the server answers `app.info` within 5 s, no job ended with such a code, every
 * process ends within 5 s of Ctrl-C, and nothing changed beside the workspace, TMPDIR, the settings, and the folder for outputs,
 * which is the server's working folder too.
 * @type {import('./runner.mjs').Part}
 */
export const calls = {
  name: 'calls',
  about: 'random calls to a served workbench',
  cases: 200,
  async prepare({ folder, template }) {
    return {
      async attempt(number, random, tally) {
        const own = path.join(folder, `${number}`);
        const { workspace, images, pair, environment } = await template.copy(own);
        const [outputs, bystander] = [path.join(own, 'outputs'), path.join(own, 'bystander')];
        mkdirSync(outputs);
        mkdirSync(path.join(bystander, 'empty'), { recursive: true });
        writeFileSync(path.join(bystander, 'letter.txt'), 'Dear reader');
        writeFileSync(path.join(bystander, 'picture.png'), readFileSync(pair[0]));
        if (process.platform !== 'win32') symlinkSync(bystander, path.join(bystander, 'itself'));
        const guarded = [bystander, images];
        const before = fingerprint(guarded);
        const server = await serve(workspace, { ...environment, cwd: outputs });
        const known = knownValues({ images, bystander, outputs, workspace, pair });
        const names = [...SCHEMAS.keys()];

        for (let i = 0; i < CALLS_PER_CASE; i++) {
          // Each call of the contract in turn over the cases; the rest at random.
          const name = i < 10 ? (names[(number * 10 + i) % names.length] ?? '') : pick(names, random);
          const input = inputFor(name, random, known);
          const answer = await server.send(name, bodyFor(input, random), ANSWER_MS).catch((error) => {
            throw new Error(
              `${name} ${shortOf(input)}: ${isAlive(server.pid) ? String(error) : `the server has ended: ${server.stderr().slice(-300)}`}`,
            );
          });
          const fault = answer.ok ? null : faultOf(answer.error);
          if (fault) tally.lost(`${name} ${shortOf(input)}: ${fault}`);
          else tally.held();
          if (answer.ok && CANCELLED.has(name)) await server.call('jobs.cancel', { job: answer.value.job });
          if (answer.ok && name === 'jobs.list') known['job'] = answer.value.map((/** @type {any} */ job) => job.job);
        }

        const jobs = await server.value('jobs.list');
        for (const job of jobs) {
          const fault = job.error ? faultOf(job.error) : null;
          if (fault) tally.lost(`job ${job.title}: ${fault}`);
        }
        const info = await server.call('app.info', {}, INFO_MS).catch((error) => ({ ok: false, error: { message: String(error) } }));
        if (!info.ok) tally.lost(`app.info after the calls: ${JSON.stringify(info)}`);
        const endMs = performance.now() + 5000;
        const ended = await Promise.race([
          server.stop(),
          new Promise((done) => setTimeout(() => done(null), Math.max(0, endMs - performance.now()))),
        ]);
        if (ended === null) tally.lost('the server does not end within 5 s');
        const after = fingerprint(guarded);
        for (const [file, hash] of new Map([...before, ...after])) if (before.get(file) !== after.get(file)) tally.lost(`changed: ${file} (${hash})`);
      },
    };
  },
};

/** @param {unknown} input */
const shortOf = (input) => {
  try {
    return (JSON.stringify(input) ?? String(input)).slice(0, 200);
  } catch {
    return 'an input that JSON lacks';
  }
};

/** @param {{ code: string, message: string }} error @returns {string | null} */
function faultOf({ code, message }) {
  if (code === 'internal' || code === 'compute-lost') return `${code}: ${message}`;
  return /\n\s+at /.test(message) ? `a stack in the message: ${message}` : null;
}

/**
 * @param {{ images: string, bystander: string, outputs: string, workspace: string, pair: [string, string] }} paths
 * @returns {import('./inputs.mjs').Known}
 */
function knownValues({ images, bystander, outputs, workspace, pair }) {
  const inBystander = ['letter.txt', 'picture.png', 'empty', 'missing', 'itself'].map((name) => path.join(bystander, name));
  const folders = [images, bystander, ...inBystander, workspace, '.', 'x'.repeat(300), path.join(bystander, 'a\u0000b')];
  const out = ['a.html', 'b.onnx', 'c.csv', 'd', 'e/f/g', '.', 'x'.repeat(300), 'nul\u0000'].map((name) => path.join(outputs, name));
  // The dialogs ask before they replace a file, so a call replaces the one that it names; but none of these.
  const occupied = [path.join(workspace, 'twinlens.sqlite'), bystander, pair[0], 'relative.html', ''];
  return {
    dataset: ['images', 'images', 'sample', 'nothing'],
    run: ['r1', 'r1', 'r2', 'r77', 'R1', 'r1/../r2'],
    comparison: ['c1', 'c2', 'c99', '../c1'],
    comparisons: ['c1', 'c2', 'c1', 'c99'],
    report: ['p1', 'p2', '../p1'],
    images: [...pair, 'amber/amber-1.png', ...inBystander],
    file: [...pair, ...inBystander],
    folder: folders,
    path: [...folders, '/nowhere'],
    out: [...out, ...occupied],
    position: [0, 1, 2, 3],
    id: [0, 1, 5, 10, 23, 24],
    ids: [0, 1, 5, 10, 23, 24, 1_000_000],
    layer: ['stage1', 'stage2', 'stage3'],
    className: ['amber', 'birch', 'Amber ', 'new'],
    groupBy: ['(a+)+$', '^([a-z]+)', '[', '.*/(.*)', ''],
    weights: [...inBystander, 'nothing'],
    epochs: [1, 2],
    size: [16, 32],
    choices: [{ dataset: 'images' }, { dataset: 'images', size: 'x' }, { dataset: 'nothing' }, { dataset: 'images', epochs: -1, unknown: 1 }, {}],
    measure: [false],
    workspace: [workspace, bystander],
  };
}
