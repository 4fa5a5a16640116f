import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'devalue';

/** Starts the built program: commands, and served workbenches on which calls can be made. */

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
export const CLI = path.join(ROOT, 'dist', 'main', 'cli.cjs');

/** @type {Set<import('node:child_process').ChildProcess>} */
const started = new Set();

/** Ends every process that was started here and still runs, and waits for their ends: a folder can then be deleted. */
export async function killStarted() {
  const ends = [...started].map((child) => new Promise((done) => child.once('exit', done)));
  for (const child of started) child.kill('SIGKILL');
  await Promise.race([Promise.all(ends), wait(2000, undefined, { ref: false })]);
}

/**
 * `home`: a folder for settings and temporary files of the command, made if it is missing. `before`: Node's own arguments.
 * `shell`: limits that a shell sets first, such as 'ulimit -n 64'.
 * @typedef {{ home: string, cwd?: string, env?: NodeJS.ProcessEnv, before?: string[], shell?: string }} Environment
 *
 * @typedef {{ code: number | null, signal: string | null, stdout: string, stderr: string }} Ended
 * @typedef {{ child: import('node:child_process').ChildProcess, pid: number, stderr(): string, ended: Promise<Ended> }} Running
 */

/** @param {string} home */
export function environmentFor(home) {
  const temporary = path.join(home, 'tmp');
  mkdirSync(temporary, { recursive: true });
  /** @type {NodeJS.ProcessEnv} */
  const env = { ...process.env, TWINLENS_SETTINGS: path.join(home, 'settings.json'), TMPDIR: temporary, HOME: home };
  for (const name of ['INIT_CWD', 'TWINLENS_WORKSPACE', 'TWINLENS_LOG', 'NODE_OPTIONS', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME']) delete env[name];
  return env;
}

/** @param {readonly string[]} args @param {Environment} environment @returns {Running} */
export function start(args, { home, cwd, env, before = [], shell }) {
  const command = [process.execPath, ...before, CLI, ...args];
  const [file = '', ...rest] = shell === undefined ? command : ['/bin/sh', '-c', `${shell} && exec "$@"`, 'sh', ...command];
  const child = spawn(file, rest, { cwd: cwd ?? home, env: { ...environmentFor(home), ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  started.add(child);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  /** @type {Promise<Ended>} */
  const ended = new Promise((done) => {
    child.on('exit', (code, signal) => {
      started.delete(child);
      // A child process without its parent may hold the pipes open: the output so far is enough.
      const finish = () => done({ code, signal, stdout, stderr });
      child.on('close', finish);
      setTimeout(finish, 2000).unref();
    });
  });
  return { child, pid: child.pid ?? -1, stderr: () => stderr, ended };
}

/** @param {readonly string[]} args @param {Environment} environment */
export const run = (args, environment) => start(args, environment).ended;

/**
 * Runs a command and parses its answer.
 * @param {readonly string[]} args @param {Environment} environment @returns {Promise<any>}
 */
export async function runJson(args, environment) {
  const ended = await run([...args, '--json'], environment);
  if (ended.code !== 0) throw new Error(`twinlens ${args.join(' ')} ended with ${ended.code ?? ended.signal}: ${ended.stderr.slice(-600)}`);
  return JSON.parse(ended.stdout);
}

/**
 * Why a failed command did not fail as it should: with one line that says what to do, no stack and no unmapped error. Progress may
 * precede the line. Null: it did.
 * @param {Ended} ended @returns {string | null}
 */
export function badEndOf({ code, signal, stderr }) {
  if (signal !== null) return `ended by ${signal}`;
  if (code === 0) return null;
  const last = stderr.trim().split('\n').at(-1) ?? '';
  if (/^\s+at .*[:(]/m.test(stderr)) return `a stack on stderr: ${stderr.slice(0, 300)}`;
  if (!last.startsWith('twinlens: ') && !last.startsWith('error: ')) return `exit code ${code} without a sentence: ${stderr.slice(-300)}`;
  // Only unexpected errors name the log; a killed compute process is none here.
  return / Details: /.test(last) && !last.includes('The compute process stopped') ? `an unexpected error: ${last}` : null;
}

/** Why a request had no answer. The message of `fetch` is only "fetch failed"; its cause has the reason. @param {unknown} error */
function reasonOf(error) {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

/** Processes whose parent is `pid`. Linux only; elsewhere none. @param {number} pid @returns {number[]} */
export function childrenOf(pid) {
  const list = `/proc/${pid}/task/${pid}/children`;
  try {
    return existsSync(list) ? readFileSync(list, 'utf8').split(/\s+/).filter(Boolean).map(Number) : [];
  } catch {
    return []; // it has just ended
  }
}

/** Whether a process still runs; a zombie does not. @param {number} pid */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, 'utf8') : '');
  } catch {
    return false;
  }
}

/** Sends a signal; a process that has ended is no error. @param {number} pid @param {NodeJS.Signals} signal */
export function signalTo(pid, signal) {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** Waits until `condition` holds. @param {() => boolean | Promise<boolean>} condition @param {number} limitMs @returns {Promise<boolean>} */
export async function until(condition, limitMs) {
  const endMs = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > endMs) return false;
    await wait(50);
  }
  return true;
}

/**
 * @typedef {{ ok: true, value: any } | { ok: false, error: { code: string, message: string, details: Record<string, unknown> } }} Answer
 *
 * `call` answers as the HTTP API does, `send` takes the text of the body; `value` throws if the answer is an error; `job` waits for a
 * job's end and returns it.
 * @typedef {Running & { url: URL, send(name: string, body: string, limitMs?: number): Promise<Answer>, call(name: string, input?: unknown, limitMs?: number): Promise<Answer>, value(name: string, input?: unknown): Promise<any>,
 *   job(name: string, input?: unknown): Promise<any>, stop(): Promise<Ended> }} Served
 */

/** @param {string} workspace @param {Environment} environment @returns {Promise<Served>} */
export async function serve(workspace, environment) {
  const running = start(['serve', '--json', '--workspace', workspace], environment);
  let output = '';
  const line = await new Promise((resolve, reject) => {
    running.child.stdout?.on('data', (chunk) => {
      output += String(chunk);
      if (output.includes('\n')) resolve(output);
    });
    void running.ended.then((ended) => reject(new Error(`serve ended with ${ended.code ?? ended.signal}: ${ended.stderr.slice(-600)}`)));
  });
  const url = new URL(JSON.parse(line).url);
  const headers = { authorization: `Bearer ${url.searchParams.get('token')}`, 'content-type': 'application/json' };

  /** @type {Served['send']} */
  async function send(name, body, limitMs = 60_000) {
    const request = { method: 'POST', headers, body, signal: AbortSignal.timeout(limitMs) };
    try {
      const response = await fetch(new URL(`/call/${name}`, url), request);
      return parse(await response.text());
    } catch (error) {
      throw new Error(`${name}: ${reasonOf(error)}`, { cause: error });
    }
  }
  /** @type {Served['call']} */
  const call = async (name, input = {}, limitMs = 60_000) => send(name, stringify(input), limitMs);
  /** @type {Served['value']} */
  async function value(name, input) {
    const answer = await call(name, input);
    if (!answer.ok) throw new Error(`${name}: ${answer.error.code}: ${answer.error.message}`);
    return answer.value;
  }
  /** @type {Served['job']} */
  async function job(name, input) {
    const { job: id } = await value(name, input);
    for (;;) {
      const found = (await value('jobs.list')).find((/** @type {{ job: string }} */ one) => one.job === id);
      if (found.status !== 'running') return found;
      await wait(50);
    }
  }
  async function stop() {
    running.child.kill('SIGINT');
    return running.ended;
  }
  return { ...running, url, send, call, value, job, stop };
}
