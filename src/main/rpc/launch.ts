import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants, getPriority, setPriority } from 'node:os';
import { delimiter, join } from 'node:path';
import { AppError } from '../../shared/errors.ts';
import { connectProcess, type ProcessConnection } from './process.ts';

/** Starts a script as a compute process. Throws AppError 'engine' if no Node executable is found. */
export type Launch = (entry: string, args?: readonly string[]) => ProcessConnection;

/** Starts compute processes as child processes of plain Node. `node`: path of the executable; default: that of this process. */
export const launchUnder =
  (node: () => string = () => process.execPath): Launch =>
  (entry, args = []) =>
    connectProcess(node(), entry, args);

/**
 * Priorities of compute processes, below those of the screen, of main and of other programs. A person waits for an import, but not for a
 * training or a check of maps, so the import has the higher priority. On Linux and macOS these are nice values: on a busy CPU a process at 5
 * gets about a third of the normal share, at 2 about two thirds. Windows runs a lower class only on a core that no higher class uses, so the
 * import has the normal class there. On Linux with autogroups (sched(7)) nice values count only between processes of one process session.
 * Each compute process has its own, so there it gets an equal share.
 */
const PRIORITIES = {
  background: process.platform === 'win32' ? constants.priority.PRIORITY_BELOW_NORMAL : 5,
  import: process.platform === 'win32' ? constants.priority.PRIORITY_NORMAL : 2,
} as const;

/** Starts compute processes with the priority of `work`. */
export const withPriorityOf =
  (work: keyof typeof PRIORITIES, launch: Launch): Launch =>
  (entry, args) => {
    const child = launch(entry, args);
    let lowered = false;
    const lower = (): void => {
      if (lowered || child.pid === undefined) return;
      lowered = true;
      try {
        setPriority(child.pid, Math.max(PRIORITIES[work], getPriority(child.pid)));
      } catch {
        // The process has ended or the system forbids it: the priority stays normal.
      }
    };
    lower();
    child.onMessage(lower); // a utility process has no id before it runs
    return child;
  };

/** The minimum version of better-sqlite3 and of the bundles, as in package.json. */
function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 14);
}

/**
 * Finds a Node executable for Electron: the packaged one in `resources`, else the one in `project`/.toolchain, else the first on
 * PATH that is new enough. Throws AppError 'engine' if there is none.
 */
export function findNode(folders: { resources: string; project: string }, env: NodeJS.ProcessEnv = process.env): string {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const packaged = [join(folders.resources, 'node', 'bin', name), join(folders.resources, 'node', name)].find((file) => existsSync(file));
  if (packaged !== undefined) return packaged;
  const others = [join(folders.project, '.toolchain', 'node', 'bin'), ...(env['PATH'] ?? '').split(delimiter)].filter(Boolean);
  for (const folder of others) {
    const file = join(folder, name);
    if (!existsSync(file)) continue;
    const { stdout, status } = spawnSync(file, ['--version'], { encoding: 'utf8', timeout: 5000 });
    if (status === 0 && isNewEnough(stdout.trim())) return file;
  }
  throw new AppError('engine', 'Twinlens found no Node.js to compute with. Install Twinlens again, or install Node.js 24 from nodejs.org.', {
    searched: [folders.resources, ...others],
  });
}
