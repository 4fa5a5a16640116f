import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { badEndOf, run, runJson, serve, signalTo } from './program.mjs';
import { IMAGES, TRAIN, withoutTimes } from './template.mjs';

/** @typedef {import('../../src/shared/random.ts').Random} Random */
/** @typedef {{ workspace: string, at: string[], environment: { home: string }, own: string, pair: [string, string], weights: string }} Copy */

const KINDS = /** @type {const} */ (['checkpoint', 'pixels', 'features', 'comparison', 'thumbnail', 'settings', 'database', 'log']);
const HEAD = ['--size', '32', '--batch', '8', '--seed', '5', '--device', 'cpu', '--scope', 'head', '--epochs', '2', '--lr', '1e-3'];

/**
 * One stored file is damaged while no process runs: bits flipped, bytes zeroed, cut short, emptied, or replaced by another file of its
 * kind. The files are networks and checkpoints, cached pixels and features, a saved comparison, thumbnails, settings and notes, the
 * database, its write-ahead log.
 *
 * Held means: each command that reads the file gives what it gave before, or one sentence (exit code 1, no stack, no unexpected
 * error); a served workbench starts, answers, and shows the same thumbnails. Never other numbers.
 *
 * The database is cut short, emptied, has whole pages zeroed or one bit flipped. A command that warns of the change holds.
 * Of the write-ahead log SQLite ignores everything after a damaged frame: the last edit may be lost.
 * @type {import('./runner.mjs').Part}
 */
export const damage = {
  name: 'damage',
  about: 'damaged files of a workspace',
  cases: 96,
  async prepare({ folder, template }) {
    const base = await template.copy(path.join(folder, 'base'));
    const weights = path.join(folder, 'weights.safetensors');
    await runJson(['export', 'r1', '--format', 'safetensors', '--out', weights, ...base.at], base.environment);
    const shared = { workspace: base.workspace, at: base.at, environment: base.environment, own: folder, pair: base.pair, weights };
    await runJson(['train', 'images', '--weights', weights, ...HEAD, ...base.at], base.environment);
    await writeThumbnails(shared);
    return {
      async attempt(number, random, tally) {
        const kind = KINDS[number % KINDS.length] ?? 'database';
        const own = path.join(folder, `${number}`);
        const home = path.join(own, 'home');
        const workspace = path.join(own, 'workspace');
        mkdirSync(home, { recursive: true });
        cpSync(base.workspace, workspace, { recursive: true });
        /** @type {Copy} */
        const copy = { ...shared, workspace, at: ['--workspace', workspace], environment: { home }, own };
        const before = await read(kind, copy);
        if (kind === 'log') await leaveLog(copy);
        const what = damageOne(kind, copy, random);
        const after = await read(kind, copy);
        const faults = after.flatMap((answer, i) => faultOf(answer, before[i])).filter((fault) => fault !== null);
        if (faults.length) tally.lost(`${what}: ${faults.join('; ')}`);
        else tally.held();
      },
    };
  },
};

/** @typedef {{ command: string, bad: string | null, value: string | null }} Answer value: what it printed, without the paths of the copy and times; null: refused */

/** @param {Answer} after @param {Answer | undefined} before @returns {(string | null)[]} */
function faultOf(after, before) {
  if (before === undefined || before.value === null) return [`${after.command} failed before the damage: ${before?.bad ?? ''}`];
  if (after.bad !== null) return [`${after.command}: ${after.bad}`];
  return [after.value === null || after.value === before.value ? null : `${after.command} gives ${differenceOf(after.value, before.value)}`];
}

/** @param {string} after @param {string} before */
function differenceOf(after, before) {
  let at = 0;
  while (at < after.length && after[at] === before[at]) at++;
  const near = (/** @type {string} */ text) => JSON.stringify(text.slice(Math.max(0, at - 40), at + 60));
  return `${near(after)} in place of ${near(before)}`;
}

/** Files of a kind, relative to the workspace. @param {string} kind @param {string} workspace */
function filesOf(kind, workspace) {
  /** @param {string} folder @param {RegExp} name */
  const below = (folder, name) =>
    existsSync(path.join(workspace, folder))
      ? readdirSync(path.join(workspace, folder), { recursive: true, encoding: 'utf8' })
          .filter((file) => name.test(file))
          .map((file) => path.join(folder, file))
      : [];
  switch (kind) {
    case 'checkpoint':
      return below('runs', /^r[12]\/.*\.safetensors$/);
    case 'pixels':
    case 'features':
      return below(`cache/${kind}`, /\.(rows|keys)$/);
    case 'comparison':
      return below('comparisons/c1', /./);
    case 'thumbnail':
      return below('cache/thumbs', /\.jpe?g$/);
    case 'settings':
      return below('.', /^[a-z]+\.json$/);
    case 'log':
      return ['twinlens.sqlite-wal'];
    default:
      return ['twinlens.sqlite'];
  }
}

/** @param {string} kind @param {Copy} copy @param {Random} random @returns {string} what was done */
function damageOne(kind, { workspace }, random) {
  const files = filesOf(kind, workspace);
  const file = files[random.below(Math.max(1, files.length))];
  if (file === undefined) throw new Error(`There is no file of the kind ${kind}.`);
  const full = path.join(workspace, file);
  const bytes = readFileSync(full);
  const at = random.below(Math.max(1, bytes.length));
  const ways = kind === 'database' ? ['cut', 'empty', 'pages', 'flip'] : ['flip', 'zero', 'cut', 'empty', 'swap'];
  const way = ways[random.below(ways.length)] ?? 'cut';
  if (way === 'flip') bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
  if (way === 'zero') bytes.fill(0, at, Math.min(bytes.length, at + 1 + random.below(512)));
  if (way === 'pages') {
    const page = random.below(Math.max(1, Math.floor(bytes.length / 4096)));
    bytes.fill(0, page * 4096, Math.min(bytes.length, (page + 1 + random.below(3)) * 4096));
  }
  const others = files.filter((other) => other !== file && path.extname(other) === path.extname(file));
  const other = way === 'swap' ? others[random.below(Math.max(1, others.length))] : undefined;
  const changed =
    way === 'cut' ? bytes.subarray(0, at) : way === 'empty' ? bytes.subarray(0, 0) : other ? readFileSync(path.join(workspace, other)) : bytes;
  writeFileSync(full, changed);
  return `${file}: ${way}${other ? ` with ${other}` : ''} at ${at}`;
}

/** Leaves a write-ahead log: the process that edited is killed. @param {Copy} copy */
async function leaveLog({ workspace, environment }) {
  const server = await serve(workspace, environment);
  await server.value('curation.apply', { dataset: 'images', edit: { kind: 'tag', ids: [1, 2], tag: 'late' } });
  signalTo(server.pid, 'SIGKILL');
  await server.ended;
  if (!existsSync(path.join(workspace, 'twinlens.sqlite-wal'))) throw new Error('There is no write-ahead log.');
}

/** The commands that read a kind of files. @param {string} kind @param {Copy} copy @returns {Promise<Answer[]>} */
async function read(kind, copy) {
  const report = path.join(copy.own, 'report.html');
  const lists = [['runs'], ['datasets'], ['comparisons']];
  /** @type {Record<string, string[][]>} */
  const commands = {
    checkpoint: [
      ['evaluate', 'r1', '--split', 'valid'],
      ['compare', 'r1', ...copy.pair],
      ['train', 'images', '--resume', 'r2', '--epochs', '4'],
    ],
    pixels: [['train', 'images', ...TRAIN, '--epochs', '2']],
    features: [['train', 'images', '--weights', copy.weights, ...HEAD]],
    comparison: [['comparisons'], ['report', 'c1', '--out', report, '--force']],
    thumbnail: [],
    settings: lists,
    database: [...lists, ['evaluate', 'r1', '--split', 'valid']],
    log: [...lists, ['evaluate', 'r1', '--split', 'valid']],
  };
  /** @type {Answer[]} */
  const answers = [];
  for (const command of commands[kind] ?? []) answers.push(await answerOf(command, copy, report));
  if (kind === 'thumbnail' || kind === 'settings') answers.push(await thumbnails(copy));
  return answers;
}

/** @param {string[]} command @param {Copy} copy @param {string} report @returns {Promise<Answer>} */
async function answerOf(command, { at, environment, own }, report) {
  // A resume must start from the same state each time.
  const resumes = command.includes('--resume');
  const work = resumes ? path.join(own, 'resume') : (at[1] ?? '');
  if (resumes) cpSync(at[1] ?? '', work, { recursive: true, force: true });
  const ended = await run([...command, '--workspace', work, '--json'], environment);
  const name = command.slice(0, 2).join(' ');
  if (ended.code !== 0) return { command: name, bad: badEndOf(ended), value: null };
  if (/Warning: The database .* was changed/.test(ended.stderr)) return { command: name, bad: null, value: null }; // the damage is named
  const printed = JSON.parse(ended.stdout);
  if (command[0] === 'train') {
    const runs = await runJson(['runs', '--workspace', work], environment);
    const rows = runs.find((/** @type {any} */ r) => r.run === printed.run).epochs.map(withoutTimes);
    return { command: name, bad: null, value: JSON.stringify(rows) };
  }
  if (command[0] === 'report')
    return { command: name, bad: null, value: readFileSync(report, 'utf8').replaceAll(/datetime="[^"]*"|\d\d:\d\d UTC/g, '') };
  // Metrics are stored with a run by the command before.
  const value = command[0] === 'compare' ? { distance: printed.distance, threshold: printed.threshold, verdict: printed.verdict } : printed;
  return { command: name, bad: null, value: JSON.stringify(value).replaceAll(own, '') };
}

/** @param {Copy} copy */
async function writeThumbnails(copy) {
  const { bad, value } = await thumbnails(copy);
  if (value === null) throw new Error(`no thumbnails: ${bad ?? ''}`);
}

/** What a served workbench shows. @param {Copy} copy @returns {Promise<Answer>} */
async function thumbnails({ workspace, environment }) {
  const server = await serve(workspace, environment);
  try {
    const shown = await Promise.all(
      Array.from({ length: IMAGES }, async (_, id) => {
        const response = await fetch(new URL(`/media/thumb/images/${id}`, server.url), {
          headers: { authorization: `Bearer ${server.url.searchParams.get('token')}` },
        });
        if (!response.ok) throw new Error(`thumb/images/${id}: ${response.status}`);
        return Buffer.from(await response.arrayBuffer()).toString('base64');
      }),
    );
    await server.value('settings.get');
    return { command: 'served thumbnails', bad: null, value: JSON.stringify(shown) };
  } catch (error) {
    return { command: 'served thumbnails', bad: String(error), value: null };
  } finally {
    await server.stop();
  }
}
