import { fork, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { delimiter, join } from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import type { FromCompute, ToCompute } from '../protocol/protocol.ts';

/** A running compute process as main sees it, whatever kind of process it is. */
export interface ComputeChild {
  readonly pid: number | undefined;
  send(message: ToCompute): void; // to one that has ended: does nothing
  onMessage(listener: (message: FromCompute) => void): void;
  onStderr(listener: (text: string) => void): void;
  /** Called once, also where it could not be started. */
  onEnd(listener: (code: number | null, signal: string | null) => void): void;
  /** Asks it to end; what it was doing is lost. */
  end(): void;
}

/** Starts a script as a compute process. Throws AppError 'engine' where this machine has nothing to run it with. */
export type Launch = (entry: string) => ComputeChild;

/** As a child of plain Node: `node` names its program; default the one that runs this. */
export const launchUnder =
  (node: () => string = () => process.execPath): Launch =>
  (entry) => {
    // Typed arrays cross as they are; a terminal's Ctrl-C goes to main alone, which cancels in order.
    const child = fork(entry, [], {
      execPath: node(),
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
      detached: process.platform !== 'win32',
    });
    return {
      get pid() {
        return child.pid;
      },
      send: (message) => {
        if (child.connected) child.send(message, () => undefined); // a broken channel shows as 'exit'
      },
      onMessage: (listener) => void child.on('message', listener),
      onStderr: (listener) =>
        void child.stderr?.on('data', (chunk: Buffer) => {
          listener(chunk.toString());
        }),
      onEnd: (listener) => {
        let told = false;
        const once = (code: number | null, signal: string | null): void => {
          if (!told) listener(code, signal);
          told = true;
        };
        child.on('exit', once).on('error', () => {
          once(null, null);
        });
      },
      end: () => {
        if (child.connected) child.disconnect();
      },
    };
  };

/** Windows knows six classes, of which this is one below the usual; elsewhere it is a third of the usual share where others want theirs. */
const GENTLE = process.platform === 'win32' ? constants.priority.PRIORITY_BELOW_NORMAL : 5;

/**
 * For long work behind a screen: it takes every core that is idle, and gives way to the screen, to main, which answers it, and to
 * whatever else the person does meanwhile.
 */
export const gently =
  (launch: Launch): Launch =>
  (entry) => {
    const child = launch(entry);
    let done = false;
    const giveWay = (): void => {
      if (done || child.pid === undefined) return;
      done = true;
      try {
        setPriority(child.pid, GENTLE);
      } catch {
        // It has ended, or the system does not allow it: then it works as everything else does.
      }
    };
    giveWay();
    child.onMessage(giveWay); // a utility process has no id until it runs
    return child;
  };

/** better-sqlite3 and the bundles need this much; see package.json. */
function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 14);
}

/**
 * A plain Node for a program that is not Node itself: the packaged one in `resources`, else the project's own in
 * `project`/.toolchain, else the first on PATH that is new enough. Throws AppError 'engine' where there is none.
 */
export function findNode(places: { resources: string; project: string }, env: NodeJS.ProcessEnv = process.env): string {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const packaged = [join(places.resources, 'node', 'bin', name), join(places.resources, 'node', name)].find((file) => existsSync(file));
  if (packaged !== undefined) return packaged;
  const others = [join(places.project, '.toolchain', 'node', 'bin'), ...(env['PATH'] ?? '').split(delimiter)].filter(Boolean);
  for (const folder of others) {
    const file = join(folder, name);
    if (!existsSync(file)) continue;
    const { stdout, status } = spawnSync(file, ['--version'], { encoding: 'utf8', timeout: 5000 });
    if (status === 0 && isNewEnough(stdout.trim())) return file;
  }
  throw new AppError('engine', 'Twinlens found no Node.js to compute with. Install Twinlens again, or install Node.js 24 from nodejs.org.', {
    looked: [places.resources, ...others],
  });
}
