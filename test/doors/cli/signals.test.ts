import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { RunRecord } from '../../../src/shared/run.ts';
import { CLI, drawColours, hasBuild, hasSignals, runJson, scratch } from './kit.ts';

/** A command with stopped processes, a closed terminal, or unread output. */

const TRAIN = ['--size', '32', '--batch', '8', '--lr', '3e-3', '--seed', '3', '--device', 'cpu'];
const LIMIT_S = 5; // from SIGTERM to the end of the command

interface Command {
  child: ChildProcess;
  stderr(): string;
  ended: Promise<{ code: number | null; signal: string | null }>;
}

function start(args: readonly string[]): Command {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stderr.on('error', () => undefined);
  const ended = new Promise<Awaited<Command['ended']>>((done) => child.on('exit', (code, signal) => done({ code, signal })));
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, stderr: () => stderr, ended };
}

describe.skipIf(!hasBuild || !hasSignals)('signals to a command (needs the build)', () => {
  const workspace = scratch('signals');
  const at = ['--workspace', workspace];

  beforeAll(async () => {
    const folder = scratch('colours');
    await drawColours(folder, 14);
    await runJson(['import', folder, '--name', 'colours', ...at]);
  });

  const train = (epochs: number): Command => start(['train', 'colours', ...TRAIN, '--epochs', String(epochs), ...at]);
  const afterEpoch = (command: Command, epoch: number): Promise<unknown> =>
    expect.poll(() => command.stderr(), { timeout: 60_000, interval: 50 }).toContain(`Epoch ${epoch}:`);
  const newestRun = async (): Promise<RunRecord> => (await runJson<RunRecord[]>(['runs', ...at]))[0]!;
  const lockIsFree = (): boolean => !existsSync(join(workspace, 'lock.json'));

  /** The id of the compute process that this command started last, from its log. */
  function computePid({ child }: Command): number {
    const lines = readFileSync(join(workspace, 'logs', 'cli.log'), 'utf8')
      .trim()
      .split('\n');
    const records = lines.map((line) => JSON.parse(line) as { pid: number; msg: string; child?: number });
    return records.findLast(({ pid, msg }) => pid === child.pid && msg === 'compute process starts')!.child!;
  }

  test('a signal right after the lock was taken ends the command and releases it', async () => {
    const command = train(4000);
    while (lockIsFree()) await new Promise(setImmediate);
    command.child.kill('SIGINT');
    expect((await command.ended).signal).toBeNull();
    expect(lockIsFree()).toBe(true);
  });

  test(`SIGTERM ends a command within ${LIMIT_S} s while its compute process is stopped, and the run can be resumed`, async () => {
    const command = train(4000);
    await afterEpoch(command, 2);
    const stopped = computePid(command);
    process.kill(stopped, 'SIGSTOP');
    onTestFinished(() => {
      try {
        process.kill(stopped, 'SIGKILL');
      } catch {
        // It has ended, as it should.
      }
    });
    const startMs = performance.now();
    command.child.kill('SIGTERM');
    await command.ended;
    expect((performance.now() - startMs) / 1000).toBeLessThan(LIMIT_S);
    expect(() => process.kill(stopped, 0)).toThrow(/ESRCH/);
    expect(lockIsFree()).toBe(true);
    const run = await newestRun();
    expect(run.status).toBe('interrupted');
    const resumed = await runJson<{ epochs: number }>(['train', 'colours', '--resume', run.run, '--epochs', String(run.epochs.length + 1), ...at]);
    expect(resumed.epochs).toBe(run.epochs.length + 1);
  });

  test('Ctrl-C cancels a run, SIGTERM interrupts it', async () => {
    for (const [signal, status] of [
      ['SIGINT', 'cancelled'],
      ['SIGTERM', 'interrupted'],
    ] as const) {
      const command = train(4000);
      await afterEpoch(command, 1);
      command.child.kill(signal);
      expect((await command.ended).code).toBe(1);
      expect((await newestRun()).status).toBe(status);
    }
  });

  test('a killed run is listed as interrupted at once, a living one as running', async () => {
    const command = train(4000);
    await afterEpoch(command, 1);
    expect((await newestRun()).status).toBe('running');
    command.child.kill('SIGKILL');
    await command.ended;
    expect((await newestRun()).status).toBe('interrupted');
  });

  test('a training without a terminal survives its closing (nohup)', async () => {
    const command = train(12);
    await afterEpoch(command, 1);
    command.child.kill('SIGHUP');
    expect(await command.ended).toEqual({ code: 0, signal: null });
    expect(await newestRun()).toMatchObject({ status: 'done', epochs: { length: 12 } });
  });

  test('a training whose output is no longer read runs to its end', async () => {
    const command = train(12);
    await afterEpoch(command, 1);
    command.child.stdout!.destroy();
    command.child.stderr!.destroy();
    expect(await command.ended).toEqual({ code: 0, signal: null });
    expect(await newestRun()).toMatchObject({ status: 'done', epochs: { length: 12 } });
  });
});
