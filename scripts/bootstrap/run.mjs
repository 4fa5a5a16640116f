import { spawn } from 'node:child_process';
import process from 'node:process';

/**
 * Runs a command without showing what it prints, which comes back for the case that it fails.
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

/** What ends a program that went wrong, and not because somebody ended it.
 * @type {ReadonlySet<string>} */
const CRASHES = new Set(['SIGTRAP', 'SIGABRT', 'SIGSEGV', 'SIGILL', 'SIGBUS', 'SIGFPE', 'SIGSYS']);

/**
 * Runs a command with this process's own stdin, stdout and stderr, and passes signals down to it. Resolves to its exit
 * code; when a signal ended it, this process ends by the same signal. `survive`: unless that was a crash of its own, which
 * counts as exit code 1.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env: NodeJS.ProcessEnv, survive?: boolean }} options
 * @returns {Promise<number>}
 */
export function handOver(command, args, { survive = false, ...options }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: 'inherit' });
    const letGo = [passSignalsTo(child), followShell(child)];
    const release = () => letGo.forEach((one) => one());
    child.on('error', (error) => {
      release();
      reject(error);
    });
    child.on('exit', (code, signal) => {
      release();
      if (signal === null) return resolve(code ?? 1);
      if (survive && CRASHES.has(signal)) return resolve(1);
      process.kill(process.pid, signal);
      // Only reached where the signal does not end this process (Windows, or a signal ignored by the parent).
      setTimeout(() => resolve(1), 1000);
    });
  });
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {() => void} lets go of the signals again
 */
function passSignalsTo(child) {
  // A terminal sends Ctrl-C to every process in the foreground: passing it on would make it look pressed twice.
  const hasTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  /** @type {NodeJS.Signals[]} */
  const signals = process.platform === 'win32' ? ['SIGINT', 'SIGBREAK'] : ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];
  const handlers = signals.map((signal) => {
    const handler = () => {
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
 * "npm run" stopped by SIGTERM ends the shell it started, which does not tell this process: so this one looks whether
 * the shell is still there, and ends its child when it is not. Started by hand, it may well outlive its shell (nohup).
 * @param {import('node:child_process').ChildProcess} child
 * @returns {() => void}
 */
function followShell(child) {
  if (process.platform === 'win32' || process.env['npm_lifecycle_event'] === undefined) return () => {};
  const shell = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== shell) child.kill('SIGTERM');
  }, 250);
  return () => clearInterval(watch);
}
