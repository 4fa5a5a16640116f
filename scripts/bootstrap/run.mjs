import { spawn } from 'node:child_process';
import process from 'node:process';

/**
 * Runs a command without printing its output. The output is returned for error messages.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, shell?: boolean, timeout?: number }} [options] timeout: ms
 * @returns {Promise<{ code: number, output: string }>}
 */
export function runQuietly(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', (error) => resolve({ code: 127, output: error.message }));
    child.on('close', (code, signal) => resolve({ code: code ?? 1, output: signal ? `${output}\nstopped by ${signal}` : output }));
  });
}

/** Signals that mean a crash, not a stop by the user.
 * @type {ReadonlySet<string>} */
const CRASHES = new Set(['SIGTRAP', 'SIGABRT', 'SIGSEGV', 'SIGILL', 'SIGBUS', 'SIGFPE', 'SIGSYS']);

/**
 * Runs a command with this process's own stdin, stdout and stderr, and passes signals down to it. Resolves to its exit
 * code. If a signal ended it, this process ends by the same signal. With `survive` a crash counts as exit code 1 instead.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env: NodeJS.ProcessEnv, survive?: boolean }} options
 * @returns {Promise<number>}
 */
export function handOver(command, args, { survive = false, ...options }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: 'inherit' });
    // Under nohup the terminal may be closed without ending the child.
    const hangUp = { survived: false };
    const cleanups = [passSignalsTo(child, hangUp), followShell(child, hangUp)];
    const release = () => cleanups.forEach((cleanup) => cleanup());
    child.on('error', (error) => {
      release();
      reject(error);
    });
    child.on('exit', (code, signal) => {
      release();
      if (signal === null) return resolve(code ?? 1);
      if (survive && CRASHES.has(signal)) return resolve(1);
      process.kill(process.pid, signal);
      // Reached only if the signal does not end this process (Windows, or the parent ignores the signal).
      setTimeout(() => resolve(1), 1000);
    });
  });
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {{ survived: boolean }} hangUp
 * @returns {() => void} removes the handlers
 */
function passSignalsTo(child, hangUp) {
  // A terminal sends Ctrl-C to all foreground processes. Passing it on would count as a second Ctrl-C.
  const hasTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  /** @type {NodeJS.Signals[]} */
  const signals = process.platform === 'win32' ? ['SIGINT', 'SIGBREAK'] : ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];
  const handlers = signals.map((signal) => {
    const handler = () => {
      if (signal === 'SIGHUP' && !hasTerminal) hangUp.survived = true;
      const reachedChildAlready = process.platform === 'win32' || (hasTerminal && (signal === 'SIGINT' || signal === 'SIGQUIT'));
      if (!reachedChildAlready) child.kill(signal);
    };
    process.on(signal, handler);
    return { signal, handler };
  });
  return () => {
    for (const { signal, handler } of handlers) process.off(signal, handler);
  };
}

/**
 * When SIGTERM stops "npm run", npm ends its shell without signalling this process. So this process polls for the shell and
 * stops its child when the shell is gone. Started without npm, or under nohup, it may outlive its shell.
 * @param {import('node:child_process').ChildProcess} child
 * @param {{ survived: boolean }} hangUp
 * @returns {() => void}
 */
function followShell(child, hangUp) {
  if (process.platform === 'win32' || process.env['npm_lifecycle_event'] === undefined) return () => {};
  const shell = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== shell && !hangUp.survived) child.kill('SIGTERM');
  }, 250);
  return () => clearInterval(watch);
}
