import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { badEndOf, childrenOf, isAlive, runJson, serve, signalTo, start, until } from './program.mjs';
import { databaseFault } from './state.mjs';
import { TRAIN } from './template.mjs';

const LIMIT_MS = 5000; // from the signal to the end
const CANCEL_MS = 5_000; // a cancelled compute process that is stopped is killed after 4 s: Patience in src/main/rpc/channel.ts
const SLACK_MS = 1500; // for a busy machine
const WAYS = /** @type {const} */ (['command, SIGTERM', 'command, SIGINT', 'served, SIGTERM', 'served, cancel', 'main stopped']);

/**
 * Processes that no longer answer: SIGSTOP to the compute processes (or to main) of a training, at a random moment, then a request to
 * end.
 *
 * Held means:
 * - a command ends within 5 s of SIGTERM or SIGINT, with exit code 0 or one sentence; a served workbench ends within 5 s of SIGTERM;
 * - a cancelled job of a served workbench ends within 5 s, other calls answer meanwhile, and the next job runs;
 * - a stopped main that SIGCONT continues after 2 s finishes its training;
 * - afterwards no process is left, the lock is free, the database passes SQLite's checks, and another command can write.
 * (The clock allows 1.5 s more, since the machine may be busy.)
 * @type {import('./runner.mjs').Part}
 */
export const stops = {
  name: 'stops',
  about: 'SIGSTOP of compute or main, then cancel or SIGTERM',
  cases: 30,
  async prepare({ folder, template }) {
    const { durations } = await template.get();
    return {
      async attempt(number, random, tally) {
        const way = WAYS[number % WAYS.length] ?? 'command, SIGTERM';
        const own = path.join(folder, `${number}`);
        const copy = await template.copy(own);
        // From its start until it has had time for all epochs of the template's run. Later moments are in the same loop.
        const afterMs = random.between(0, (durations['train'] ?? 2000) * 1.2);
        /** @type {string[]} */
        const faults = [];
        const pids = way.startsWith('served') ? await stopServed(copy, way, afterMs, faults) : await stopCommand(copy, way, afterMs, faults);
        if (!(await until(() => !pids.some(isAlive), 2000))) faults.push(`processes remain: ${pids.filter(isAlive).join(', ')}`);
        for (const pid of pids.filter(isAlive)) signalTo(pid, 'SIGKILL');
        if (existsSync(path.join(copy.workspace, 'lock.json'))) faults.push('the lock is still held');
        const database = databaseFault(copy.workspace, own);
        if (database) faults.push(database);
        await runJson(['evaluate', 'r1', ...copy.at], copy.environment);
        if (faults.length) tally.lost(`${way}, stopped after ${afterMs.toFixed(0)} ms: ${faults.join('; ')}`);
        else tally.held();
      },
    };
  },
};

/** @typedef {{ workspace: string, at: string[], environment: { home: string } }} Copy */

/**
 * @param {Copy} copy
 * @param {string} way
 * @param {number} afterMs
 * @param {string[]} faults
 * @returns {Promise<number[]>} processes that must be gone
 */
async function stopCommand({ at, environment }, way, afterMs, faults) {
  const short = way === 'main stopped';
  const command = start(['train', 'images', ...TRAIN, '--epochs', short ? '6' : '4000', ...at], environment);
  await Promise.race([wait(afterMs), command.ended]);
  const compute = childrenOf(command.pid);
  if (short) {
    signalTo(command.pid, 'SIGSTOP');
    await wait(2000);
    signalTo(command.pid, 'SIGCONT');
    const ended = await command.ended;
    if (ended.code !== 0) faults.push(`after SIGCONT it ended with ${ended.code ?? ended.signal}: ${ended.stderr.slice(-200)}`);
    return [command.pid, ...compute];
  }
  for (const pid of compute) signalTo(pid, 'SIGSTOP');
  const askedMs = performance.now();
  command.child.kill(way.endsWith('SIGINT') ? 'SIGINT' : 'SIGTERM');
  const ended = await Promise.race([command.ended, wait(LIMIT_MS + SLACK_MS, null)]);
  if (ended === null) {
    faults.push(`not ended ${Math.round(performance.now() - askedMs)} ms after the signal`);
    command.child.kill('SIGKILL');
  } else {
    // A signal that arrives before the program has installed its handler ends the process by default.
    const bad = ended.signal === null ? badEndOf(ended) : null;
    if (bad) faults.push(bad);
  }
  return [command.pid, ...compute];
}

/** @param {Copy} copy @param {string} way @param {number} afterMs @param {string[]} faults @returns {Promise<number[]>} */
async function stopServed({ workspace, environment }, way, afterMs, faults) {
  const server = await serve(workspace, environment);
  const { job } = await server.value('runs.start', { dataset: 'images', size: 32, epochs: 4000, patience: 0, device: 'cpu' });
  await wait(afterMs);
  const compute = childrenOf(server.pid);
  for (const pid of compute) signalTo(pid, 'SIGSTOP');
  if (way.endsWith('cancel')) {
    await server.value('jobs.cancel', { job });
    const hasEnded = await until(async () => {
      const jobs = (await server.call('jobs.list', {}, 2000)).ok ? await server.value('jobs.list') : [];
      return jobs.some((/** @type {any} */ one) => one.job === job && one.status !== 'running');
    }, CANCEL_MS + SLACK_MS);
    if (!hasEnded) faults.push('the job does not end after cancel');
    const next = await server.job('runs.evaluate', { run: 'r1', split: 'valid' });
    if (next.status !== 'done') faults.push(`the next job is ${next.status}: ${next.error?.message}`);
  }
  const all = [server.pid, ...compute, ...childrenOf(server.pid)];
  server.child.kill('SIGTERM');
  if ((await Promise.race([server.ended, wait(LIMIT_MS + SLACK_MS, null)])) === null) {
    faults.push('the server has not ended 5 s after SIGTERM');
    server.child.kill('SIGKILL');
  }
  return all;
}
