import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { badEndOf, run, runJson } from './program.mjs';
import { Unavailable } from './runner.mjs';
import { databaseFault, missingFiles, temporaryFiles } from './state.mjs';
import { commandOf, EPOCHS, withoutTimes } from './template.mjs';

const DISK_MB = 16;
const WHAT = /** @type {const} */ (['train', 'import', 'resume', 'evaluate', 'compare', 'report', 'export', 'read-only']);

/**
 * Commands on a disk of 16 MB (a tmpfs) that has a random rest of 0 to 1.5 MB free, then again with space; and a disk that is remounted
 * read-only.
 *
 * Held means:
 * - the command succeeds, or ends with one sentence that says that the disk is full; no file for temporary use remains;
 * - the database passes SQLite's checks, and every run and comparison that was listed before is listed as before, with its files;
 * - with space the same command gives what an undisturbed one gives (a training that failed is resumed to the same rows);
 * - read-only: lists give what they gave, a training is refused with one sentence.
 * Needs the right to mount a tmpfs: root on Linux. Elsewhere the part `processes` limits the size of files.
 * @type {import('./runner.mjs').Part}
 */
export const disk = {
  name: 'disk',
  about: 'a full disk and a read-only one',
  cases: 48,
  async prepare({ folder, template }) {
    if (process.platform !== 'linux') throw new Unavailable('it needs Linux');
    const mounted = path.join(folder, 'disk');
    mkdirSync(mounted);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m`, 'none', mounted], { stdio: 'ignore' });
    } catch {
      throw new Unavailable('it needs the right to mount a tmpfs');
    }
    const made = await template.get();
    const home = path.join(folder, 'home'); // on another disk: only the workspace is full
    mkdirSync(home);
    const workspace = path.join(mounted, 'workspace');
    /** @type {Promise<Lists> | undefined} */
    let before; // the same for every case: the lists of the template's copy
    const full = { ...made, workspace, at: ['--workspace', workspace], environment: { home }, folder };
    return {
      end: () => {
        execFileSync('umount', ['-l', mounted]);
        return Promise.resolve();
      },
      async attempt(number, random, tally) {
        const what = WHAT[number % WHAT.length] ?? 'train';
        rmSync(workspace, { recursive: true, force: true });
        rmSync(path.join(mounted, 'fill'), { force: true });
        cpSync(made.workspace, workspace, { recursive: true });
        before ??= lists(full);
        const c = { ...full, before: await before };
        const out = path.join(mounted, 'out');
        rmSync(out, { recursive: true, force: true });
        mkdirSync(out);
        const free = Math.floor(random.between(0, random.below(2) ? 1.5e6 : 2e5));
        const faults = what === 'read-only' ? await readOnly(c, mounted) : await fullDisk(c, { what, out, mounted, free });
        if (faults.length) tally.lost(`${what}, ${free} bytes free: ${faults.join('; ')}`);
        else tally.held();
      },
    };
  },
};

/** @typedef {import('./template.mjs').Made & { at: string[], environment: { home: string }, folder: string, before: Lists }} Full */
/** @typedef {{ runs: any[], comparisons: any[] }} Lists */

/** What the lists print. @param {Pick<Full, 'at' | 'environment'>} c */
const lists = async ({ at, environment }) => ({
  runs: await runJson(['runs', ...at], environment),
  comparisons: await runJson(['comparisons', ...at], environment),
});

/** @param {Full} c @param {{ what: string, out: string, mounted: string, free: number }} choice @returns {Promise<string[]>} */
async function fullDisk(c, { what, out, mounted, free }) {
  /** @type {string[]} */
  const faults = [];
  const fill = path.join(mounted, 'fill');
  const { bavail, bsize } = statfsSync(mounted);
  writeFileSync(fill, Buffer.alloc(Math.max(0, bavail * bsize - free)));
  const command = commandOf({ ...c, what, out });
  const ended = await run(command, c.environment);
  const bad = badEndOf(ended);
  if (bad) faults.push(bad);
  if (ended.code !== 0 && !/disk is full/i.test(ended.stderr)) faults.push(`another sentence: ${ended.stderr.trim().split('\n').at(-1)}`);
  const listed = await run(['runs', ...c.at, '--json'], c.environment);
  if (listed.code !== 0) faults.push(`on the full disk a list fails: ${listed.stderr}`);
  rmSync(fill);

  const database = databaseFault(c.workspace, c.folder);
  if (database) faults.push(database);
  const after = await lists(c);
  const failed = ended.code === 0 ? undefined : after.runs.find((/** @type {any} */ r) => !['r1', 'r2'].includes(r.run));
  faults.push(...changed(c.before, after, what, failed?.run));
  if (ended.code === 0) return faults;
  const again = failed
    ? ['train', 'images', '--resume', failed.run, '--epochs', `${EPOCHS}`, ...c.at]
    : [...command, ...(/report|export/.test(what) ? ['--force'] : [])];
  const repeated = await run(again, c.environment);
  if (repeated.code !== 0) faults.push(`with space again: ${repeated.stderr.trim()}`);
  else {
    const run1 = (await lists(c)).runs;
    for (const r of run1)
      if (r.epochs.length === EPOCHS && JSON.stringify(r.epochs.map(withoutTimes)) !== JSON.stringify(c.rows)) faults.push(`${r.run} has other rows`);
  }
  const left = temporaryFiles([c.workspace, out, path.join(c.environment.home, 'tmp')]);
  if (left.length) faults.push(`temporary files remain: ${left.join(', ')}`);
  return faults;
}

/**
 * Records of before that are missing or other now. The run that a command works on may change.
 * @param {Lists} before @param {Lists} after @param {string} what @param {string | undefined} failed
 */
function changed(before, after, what, failed) {
  const mayChange = new Set([...(what === 'resume' ? ['r2'] : what === 'evaluate' ? ['r1'] : []), failed]);
  const faults = missingFiles(after.comparisons).map((file) => `missing: ${file}`);
  for (const r of before.runs) {
    const now = after.runs.find((/** @type {any} */ one) => one.run === r.run);
    if (!now) faults.push(`${r.run} is gone`);
    else if (!mayChange.has(r.run) && JSON.stringify(now) !== JSON.stringify(r)) faults.push(`${r.run} has changed`);
  }
  for (const c of before.comparisons) {
    const now = after.comparisons.find((/** @type {any} */ one) => one.comparison === c.comparison);
    if (JSON.stringify(now) !== JSON.stringify(c)) faults.push(`${c.comparison} has changed`);
  }
  return faults;
}

/** @param {Full} c @param {string} mounted @returns {Promise<string[]>} */
async function readOnly(c, mounted) {
  execFileSync('mount', ['-o', 'remount,ro', mounted]);
  try {
    const after = await lists(c);
    const writer = await run(commandOf({ ...c, what: 'train', out: '' }), c.environment);
    const bad = badEndOf(writer);
    return [
      ...(JSON.stringify(after) === JSON.stringify(c.before) ? [] : ['lists have changed']),
      ...(writer.code === 0 ? ['a training on a read-only disk'] : bad ? [bad] : []),
    ];
  } finally {
    execFileSync('mount', ['-o', 'remount,rw', mounted]);
  }
}
