import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'devalue';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

// The exit handlers below also stop the server when this script is interrupted.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

/**
 * Starts the built program as a server on a workspace. `call` uses the same HTTP API as the screen.
 * @param {{ workspace: string, settings: string, args?: string[], before?: string[], ipc?: boolean }} choice `before`: Node's own arguments
 */
export async function startServer({ workspace, settings, args = [], before = [], ipc = false }) {
  const child = spawn(
    process.execPath,
    [...before, path.join(root, 'dist', 'main', 'cli.cjs'), 'serve', '--json', '--workspace', workspace, ...args],
    {
      env: { ...process.env, TWINLENS_SETTINGS: settings },
      stdio: ['ignore', 'pipe', 'inherit', ...(ipc ? /** @type {const} */ (['ipc']) : [])],
    },
  );
  const end = () => void child.kill('SIGINT');
  process.once('exit', end);
  const output = /** @type {import('node:stream').Readable} */ (child.stdout);
  const line = await new Promise((resolve) => output.once('data', (data) => resolve(String(data))));
  const url = new URL(JSON.parse(line).url);

  /** @param {string} name @param {unknown} [input] @returns {Promise<any>} */
  async function call(name, input = {}) {
    const ask = () =>
      fetch(new URL(`/call/${name}`, url), {
        method: 'POST',
        headers: { authorization: `Bearer ${url.searchParams.get('token')}`, 'content-type': 'application/json' },
        body: stringify(input),
      });
    // An idle keep-alive connection may have timed out. Listing jobs is safe to repeat.
    const response = await ask().catch((error) => (name === 'jobs.list' ? ask() : Promise.reject(error)));
    const answer = parse(await response.text());
    if (!answer.ok) throw new Error(answer.error.message);
    return answer.value;
  }

  /** @param {string} id of a job */
  async function endOf(id) {
    for (;;) {
      const job = (await call('jobs.list')).find((/** @type {{ job: string }} */ one) => one.job === id);
      if (job.status === 'failed') throw new Error(job.error.message);
      if (job.status !== 'running') return job;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  async function stop() {
    if (ipc) child.disconnect();
    child.kill('SIGINT');
    await new Promise((resolve) => child.on('exit', resolve));
    process.off('exit', end);
  }
  return { child, url, call, endOf, stop };
}
