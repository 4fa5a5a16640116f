import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { encodePng } from '../../../src/main/compute/images/images.ts';
import { randomFor } from '../../../src/shared/random.ts';

export const CLI = resolve('dist', 'main', 'cli.cjs');
export const hasBuild = existsSync(CLI);
/** Whether signals reach a handler: on Windows Node ends a process at once, whatever the signal. */
export const hasSignals = process.platform !== 'win32';

export interface ProcessResult {
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

/** Runs the built command line as a separate process, as a person's shell would. */
export function twinlens(
  args: readonly string[],
  o: { onStderr?: (text: string, kill: (signal: NodeJS.Signals) => void) => void; env?: Record<string, string> } = {},
): Promise<ProcessResult> {
  const env: NodeJS.ProcessEnv = { ...process.env, ...o.env };
  delete env['INIT_CWD'];
  return new Promise((done) => {
    const child = spawn(process.execPath, [CLI, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
      o.onStderr?.(stderr, (signal) => child.kill(signal));
    });
    child.on('close', (code, signal) => {
      done({ code, signal, stdout, stderr });
    });
  });
}

export async function runJson<T>(args: readonly string[]): Promise<T> {
  const ended = await twinlens([...args, '--json']);
  if (ended.code !== 0) throw new Error(`twinlens ${args.join(' ')} ended with ${ended.code}: ${ended.stderr}`);
  return JSON.parse(ended.stdout) as T;
}

export const scratch = (name: string): string => mkdtempSync(join(tmpdir(), `twinlens ${name} `));

export function writeAt(file: string, bytes: Uint8Array | string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
}

const KINDS = { red: [200, 60, 50], green: [60, 180, 70], blue: [60, 80, 200] } as const;

/** Three classes that differ by colour under noise: easy to learn in a few small epochs. `nameOf`: what follows the colour in a file's name. */
export async function drawColours(folder: string, perClass: number, nameOf?: (i: number) => string): Promise<void> {
  const side = 32;
  for (const [name, colour] of Object.entries(KINDS)) {
    for (let i = 0; i < perClass; i++) {
      const random = randomFor(7, name, i);
      const data = Uint8Array.from({ length: side * side * 3 }, (_, k) => Math.max(0, Math.min(255, colour[k % 3]! + random.between(-55, 55))));
      writeAt(
        join(folder, name, `${nameOf ? `${name}${nameOf(i)}` : `${name}-${String(i).padStart(2, '0')}`}.png`),
        await encodePng({ data, width: side, height: side }),
      );
    }
  }
}
