import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { decode, encode } from '../../../src/shared/wire.ts';
import { CLI, scratch } from './kit.ts';

/** A process of `twinlens serve`. Killed at the end of the test. */
export interface Started {
  child: ChildProcess;
  line: string; // the first on stdout
  ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

export async function start(args: string[], env: Record<string, string> = {}): Promise<Started> {
  const child = spawn(process.execPath, [CLI, 'serve', ...args], {
    env: { ...process.env, CI: '1', TWINLENS_SETTINGS: join(scratch('settings'), 'settings.json'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Awaited<Started['ended']>>((done) => child.on('close', (code) => done({ code, stdout, stderr })));
  const line = await new Promise<string>((done) => {
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      if (stdout.includes('\n')) done(stdout.split('\n')[0]!);
    });
    child.on('close', () => done(stdout));
  });
  return { child, line, ended };
}

/** The address that the first line names, with its token. */
export const urlIn = (line: string): URL => new URL(/http:\S+?(?="|$)/.exec(line)![0]);

/** Makes a call over HTTP; `value` is of an answer, `error` of a refusal. */
export async function call(
  url: URL,
  name: string,
  input: unknown = {},
): Promise<{ ok: boolean; value: never; error: { code: string; message: string } }> {
  const response = await fetch(new URL(`/call/${name}`, url), {
    method: 'POST',
    headers: { authorization: `Bearer ${url.searchParams.get('token')!}`, 'content-type': 'application/json' },
    body: encode(input),
  });
  return decode(await response.text()) as never;
}
