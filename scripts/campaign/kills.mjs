import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { badEndOf, childrenOf, isAlive, run, runJson, serve, signalTo, start, until } from './program.mjs';
import { databaseFault, missingFiles, temporaryFiles } from './state.mjs';
import { commandOf, EPOCHS, IMAGES, TRAIN_CALL, withoutTimes } from './template.mjs';

const WHAT = /** @type {const} */ (['train', 'resume', 'import', 'evaluate', 'compare', 'report', 'export']);

/**
 * A kill (SIGKILL) of main or of its compute processes, at a random moment of a command or of the same job of a served workbench.
 *
 * Held means all of this:
 * - the database, with its write-ahead log, passes SQLite's integrity and foreign key checks;
 * - a command whose compute process was killed ends with exit code 0 or with one sentence;
 * - when main is killed, its compute processes end within 10 s;
 * - afterwards no run is listed as running, every listed comparison has its files, and a report or network is whole or absent;
 * - the same command, run again, gives what an undisturbed one gives: the same epoch rows (each epoch once; none of the epochs that
 *   were announced before the kill is computed again), metrics, distance, number of images, network;
 * - then neither workspace nor TMPDIR has a temporary file (those in TMPDIR are made two hours old first: younger ones may belong to a
 *   living process of another system). The folder that `--out` names is not looked at.
 * @type {import('./runner.mjs').Part}
 */
export const kills = {
  name: 'kills',
  about: 'SIGKILL of main or compute at random moments of commands and jobs',
  cases: 210,
  async prepare({ folder, template }) {
    const { durations } = await template.get();
    return {
      async attempt(number, random, tally) {
        const what = WHAT[number % WHAT.length] ?? 'train';
        const served = Math.floor(number / WHAT.length) % 2 === 1;
        const victim = random.below(3) === 0 ? 'compute' : 'main';
        const afterMs = random.between(0, (durations[what] ?? 1000) * 1.2);
        const own = path.join(folder, `${number}`);
        const copy = await template.copy(own);
        const out = path.join(own, 'out');
        mkdirSync(out);
        const faults = await killAndCheck({ ...copy, own, out, what, served, victim, afterMs });
        const title = `${served ? 'served ' : ''}${what}, ${victim} killed after ${afterMs.toFixed(0)} ms`;
        if (faults.length) tally.lost(`${title}: ${faults.join('; ')}`);
        else tally.held();
      },
    };
  },
};

/**
 * @typedef {import('./template.mjs').Made & { at: string[], environment: { home: string }, own: string, out: string, what: string, served: boolean,
 *   victim: string, afterMs: number }} Case
 */

/** @param {Case} c @returns {Promise<string[]>} what did not hold */
async function killAndCheck(c) {
  /** @type {string[]} */
  const faults = [];
  const announced = c.served ? await killServed(c, faults) : await killCommand(c, faults);
  const database = databaseFault(c.workspace, c.own);
  if (database) faults.push(database);

  const runs = await runJson(['runs', ...c.at], c.environment);
  const running = runs.filter((/** @type {any} */ r) => r.status === 'running');
  if (running.length) faults.push(`listed as running: ${running.map((/** @type {any} */ r) => r.run).join(', ')}`);
  const missing = missingFiles(await runJson(['comparisons', ...c.at], c.environment));
  if (missing.length) faults.push(`listed comparison without its file ${missing[0]}`);
  const temporary = path.join(c.environment.home, 'tmp');
  const longAgo = Date.now() / 1000 - 7200;
  for (const name of readdirSync(temporary)) utimesSync(path.join(temporary, name), longAgo, longAgo);
  faults.push(...(await repeat(c, runs, announced)));
  const left = temporaryFiles([c.workspace, temporary]);
  if (left.length) faults.push(`temporary files remain: ${left.join(', ')}`);
  return faults;
}

/** @param {number} main @param {string} victim @param {string[]} faults @param {() => boolean} ended */
async function kill(main, victim, faults, ended) {
  signalTo(main, 'SIGSTOP'); // it starts no process between the list and the kill
  const compute = childrenOf(main);
  if (victim === 'compute' && compute.length) {
    for (const pid of compute) signalTo(pid, 'SIGKILL');
    signalTo(main, 'SIGCONT');
    return false;
  }
  signalTo(main, 'SIGKILL');
  await until(ended, 5000);
  if (!(await until(() => !compute.some(isAlive), 10_000))) faults.push('a compute process outlived main by 10 s');
  return true;
}

/** @param {Case} c @param {string[]} faults @returns {Promise<number>} the last epoch that was announced */
async function killCommand(c, faults) {
  const command = start(commandOf(c), c.environment);
  let hasEnded = false;
  void command.ended.then(() => (hasEnded = true));
  await Promise.race([wait(c.afterMs), command.ended]);
  if (hasEnded) return announcedBy(command.stderr());
  const killedMain = await kill(command.pid, c.victim, faults, () => hasEnded);
  const ended = await command.ended;
  const bad = killedMain ? null : badEndOf(ended);
  if (bad) faults.push(bad);
  return announcedBy(ended.stderr);
}

/** @param {string} stderr */
const announcedBy = (stderr) => Math.max(0, ...[...stderr.matchAll(/^Epoch (\d+): /gm)].map(([, epoch]) => Number(epoch)));

/** @param {Case} c @param {string[]} faults @returns {Promise<number>} the last epoch that was listed */
async function killServed(c, faults) {
  const server = await serve(c.workspace, c.environment);
  let hasEnded = false;
  void server.ended.then(() => (hasEnded = true));
  /** @type {Record<string, [string, object]>} */
  const calls = {
    import: ['datasets.import', { folder: c.more, name: 'more' }],
    train: ['runs.start', { dataset: 'images', ...TRAIN_CALL }],
    resume: ['runs.resume', { run: 'r2', epochs: EPOCHS }],
    evaluate: ['runs.evaluate', { run: 'r1', split: 'valid' }],
    compare: ['compare.explain', { run: 'r1', a: { dataset: 'images', id: 1 }, b: { dataset: 'images', id: 10 } }],
    report: ['reports.save', { title: 'A report', comparisons: ['c1', 'c2'] }],
    export: ['runs.export', { run: 'r1', format: 'onnx', out: path.join(c.out, 'network.onnx') }],
  };
  const [name, input] = calls[c.what] ?? ['app.info', {}];
  const first = server.call(name, input);
  // The saved report is then written; an answer that main's death cut off is expected.
  const work = first.then(async (answer) => {
    if (c.what === 'report' && answer.ok) await server.call('reports.write', { report: answer.value.report, format: 'html' });
  });
  await Promise.race([
    wait(c.afterMs),
    work.then(
      () => wait(c.afterMs),
      () => undefined,
    ),
  ]);
  const newest = (await server.value('runs.list'))[0];
  const announced = c.what === 'train' && newest.run !== 'r2' ? newest.epochs.length : 0;
  const killedMain = await kill(server.pid, c.victim, faults, () => hasEnded);
  await work.catch(() => undefined);
  if (!killedMain) {
    if (!(await server.call('app.info', {}, 5000)).ok) faults.push('the server does not answer');
    const ended = await server.stop();
    if (ended.code !== 0) faults.push(`serve ended with ${ended.code ?? ended.signal}`);
  }
  return announced;
}

/**
 * Runs the command of a case again and compares with undisturbed ones.
 * @param {Case} c @param {any[]} before the runs listed after the kill @param {number} announced @returns {Promise<string[]>}
 */
async function repeat(c, before, announced) {
  /** @param {unknown} actual @param {unknown} expected @param {string} of */
  const difference = (actual, expected, of) =>
    JSON.stringify(actual) === JSON.stringify(expected) ? [] : [`${of}: ${JSON.stringify(actual)} in place of ${JSON.stringify(expected)}`];
  const file = path.join(c.out, c.what === 'report' ? 'report.html' : 'network.onnx');
  const whole = () => (c.what === 'report' ? readFileSync(file, 'utf8').trimEnd().endsWith('</html>') : readFileSync(file).equals(c.onnx));
  switch (c.what) {
    case 'import': {
      const listed = (await runJson(['datasets', ...c.at], c.environment)).find((/** @type {any} */ d) => d.dataset === 'more');
      const again = await runJson(commandOf(c), c.environment);
      return [...(listed ? difference(listed.images, IMAGES, 'images of the listed data set') : []), ...difference(again.images, IMAGES, 'images')];
    }
    case 'train':
    case 'resume': {
      const listed = c.what === 'resume' ? 'r2' : before.find((r) => r.run !== 'r1' && r.run !== 'r2')?.run;
      if (listed === undefined && announced) return [`announced epoch ${announced}, and no run is listed`];
      const id = listed ?? (await runJson(commandOf(c), c.environment)).run;
      const rowBefore = before.find((r) => r.run === id);
      const done = listed === undefined || (rowBefore.status === 'done' && rowBefore.epochs.length === EPOCHS);
      if (!done) await runJson(['train', 'images', '--resume', id, '--epochs', `${EPOCHS}`, ...c.at], c.environment);
      const after = (await runJson(['runs', ...c.at], c.environment)).find((/** @type {any} */ r) => r.run === id);
      const last = after.sessions.at(-1).firstEpoch;
      return [
        ...difference(after.epochs.map(withoutTimes), c.rows, `rows of ${id}`),
        ...(after.status === 'done' ? [] : [`${id} is ${after.status}`]),
        ...(!done && last <= announced ? [`resumed at epoch ${last}, although epoch ${announced} was announced`] : []),
        ...difference(
          withoutRun(await runJson(['evaluate', id, '--no-neighbours', ...c.at], c.environment)),
          withoutRun(c.metrics),
          `metrics of ${id}`,
        ),
      ];
    }
    case 'evaluate':
      return difference(await runJson(commandOf(c), c.environment), c.validMetrics, 'metrics');
    case 'compare':
      return difference((await runJson(commandOf(c), c.environment)).distance, c.distance, 'distance');
    default: {
      const torn = existsSync(file) && !whole() ? [`${path.basename(file)} is half-written`] : [];
      const again = await run([...commandOf(c), '--force'], c.environment);
      if (again.code !== 0) return [...torn, `again: ${again.stderr}`];
      return whole() ? torn : [...torn, `${path.basename(file)} of the second try is not whole`];
    }
  }
}

/** Metrics without the run's name and the time at which its threshold was chosen. @param {any} metrics */
const withoutRun = (metrics) => ({ ...metrics, run: '', thresholdChoice: { ...metrics.thresholdChoice, chosenMs: 0 } });
