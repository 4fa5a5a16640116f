import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallInput, CallName, CallResult } from '../../src/shared/contract.ts';
import { fromWireError, type WireError } from '../../src/shared/errors.ts';
import type { Job } from '../../src/shared/job.ts';
import { decode, encode } from '../../src/shared/wire.ts';
import { CLI, drawColours } from '../doors/cli/kit.ts';

/**
 * A served workbench for browser tests. Needs a build (`node scripts/bootstrap.mjs build`).
 *
 *   import { expect, importColours, test } from './kit.ts';
 *   test('…', async ({ page, served }) => {
 *     const dataset = await importColours(served);           // three classes of 12 drawn images, about a second
 *     await page.goto(served.url);
 *     const { result } = await served.job('runs.start', { dataset, epochs: 2, size: 32 }); // waits for the job's end
 *   });
 *
 * The tests of a file share `served` and its workspace. `serve()` gives another.
 */
export interface ServedWorkbench {
  url: string; // with the token
  workspace: string;
  pid: number;
  /** Calls as the screen does; rejects with AppError. */
  call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallResult<N>>;
  /** Starts a job and waits for its end. Rejects unless it ends as done. */
  job<N extends CallName>(name: N, input: CallInput<N>): Promise<Job>;
  /** Ends the process by Ctrl-C or the given signal; resolves with its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface ServeChoice {
  workspace?: string; // default: a new temporary one, removed by stop()
  copyOf?: string; // a workspace that no process uses: the new one begins as its copy
  args?: string[];
  env?: Record<string, string>;
}

export async function serve({ workspace: given, copyOf, args = [], env = {} }: ServeChoice = {}): Promise<ServedWorkbench> {
  const workspace = given ?? mkdtempSync(join(tmpdir(), 'twinlens served '));
  if (copyOf !== undefined) cpSync(copyOf, workspace, { recursive: true });
  const child = spawn(process.execPath, [CLI, 'serve', '--json', '--workspace', workspace, ...args], {
    env: { ...process.env, TWINLENS_SETTINGS: join(workspace, 'settings.json'), TWINLENS_CATALOGUE: unreachableCatalogue(workspace), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((done) => child.on('exit', done));
  const { url } = JSON.parse(await firstLine(child)) as { url: string };
  const call = async <N extends CallName>(name: N, input: CallInput<N>): Promise<CallResult<N>> => callServed(url, name, input);
  return {
    url,
    workspace,
    pid: child.pid!,
    call,
    job: async (name, input) => {
      const started = (await call(name, input)) as Job;
      return endOf(call, started.job);
    },
    stop: async (signal = 'SIGINT') => {
      child.kill(signal);
      const code = await ended;
      if (given === undefined) rmSync(workspace, { recursive: true, force: true, maxRetries: 5 });
      return code;
    },
  };
}

/** The host of the weights: no program listens there, so the computer is offline for it. */
export const NO_HOST = '127.0.0.1:59';

/** The catalogue of weights with all downloads at NO_HOST, so that no test depends on a network. */
function unreachableCatalogue(folder: string): string {
  const file = join(folder, 'catalogue.json');
  const entries = JSON.parse(readFileSync('resources/weights.json', 'utf8')) as { files: { url: string }[] }[];
  const moved = entries.map((entry) => ({
    ...entry,
    files: entry.files.map((one) => ({ ...one, url: one.url.replace(/^https:\/\/[^/]+/, `http://${NO_HOST}`) })),
  }));
  writeFileSync(file, JSON.stringify(moved));
  return file;
}

export async function callServed<N extends CallName>(url: string, name: N, input: CallInput<N>): Promise<CallResult<N>> {
  const { origin, searchParams } = new URL(url);
  const response = await fetch(`${origin}/call/${name}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${searchParams.get('token')!}`, 'content-type': 'application/json' },
    body: encode(input),
  });
  const answer = decode(await response.text()) as { ok: true; value: CallResult<N> } | { ok: false; error: WireError };
  if (!answer.ok) throw fromWireError(answer.error);
  return answer.value;
}

async function endOf(call: ServedWorkbench['call'], id: string): Promise<Job> {
  for (;;) {
    const job = (await call('jobs.list', {})).find((one) => one.job === id)!;
    if (job.status === 'done') return job;
    if (job.status === 'failed') throw fromWireError(job.error!);
    if (job.status === 'cancelled') throw new Error(`${job.title}: cancelled`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** Three classes of drawn images that differ by colour under noise; returns the data set's id. */
export async function importColours(served: ServedWorkbench, perClass = 12, name = 'colours'): Promise<string> {
  const folder = join(served.workspace, 'source', name);
  await drawColours(folder, perClass);
  const { result } = await served.job('datasets.import', { folder, name });
  return result!['dataset']!;
}

/** Kills its compute processes, as a crash does. */
export function loseCompute({ pid }: ServedWorkbench): void {
  for (const child of childrenOf(pid)) process.kill(child, 'SIGKILL');
}

function childrenOf(pid: number): number[] {
  const query = `Get-CimInstance Win32_Process -Filter ParentProcessId=${pid} | ForEach-Object ProcessId`;
  const children = {
    linux: () => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'), // pgrep is not in every container
    darwin: () => execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }),
    win32: () => execFileSync('powershell', ['-NoProfile', '-Command', query], { encoding: 'utf8' }),
  }[process.platform as 'linux' | 'darwin' | 'win32']();
  return children.split(/\s+/).filter(Boolean).map(Number);
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((done, failed) => {
    let out = '';
    let errors = '';
    child.stderr!.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    child.stdout!.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      if (out.includes('\n')) done(out.slice(0, out.indexOf('\n')));
    });
    child.once('exit', (code) => failed(new Error(`twinlens serve ended with ${code}: ${errors}`)));
  });
}
