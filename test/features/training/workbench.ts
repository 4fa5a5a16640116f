import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import { openWorkbenchApi } from '../../../src/main/api/open-workbench-api.ts';
import type { WorkbenchApi } from '../../../src/main/api/workbench-api.ts';
import { shellWithoutWindow } from '../../../src/main/foundation/shell.ts';
import { openWorkbench, type Workbench } from '../../../src/main/workbench.ts';
import type { CallInput, CallName, CallResult } from '../../../src/shared/contract.ts';
import { AppError, fromWireError } from '../../../src/shared/errors.ts';
import type { Job } from '../../../src/shared/job.ts';
import { drawColours, scratch } from '../../doors/cli/kit.ts';

const BUILT = resolve('dist', 'main', 'cli.cjs');
export const hasCompute = existsSync(resolve('dist', 'main', 'compute.cjs'));

export interface Room {
  workbench: Workbench;
  api: WorkbenchApi;
  call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallResult<N>>;
  /** The job's last state, once it has ended. */
  ended(job: Job): Promise<Job>;
  /** Waits until `found` gives something for the events so far. */
  until<T>(found: () => T | null | undefined | false): Promise<T>;
  close(): Promise<void>;
}

/** The whole workbench in this process, with a compute process of its own. Closed at the end of the test at the latest. */
export function openRoom(workspace = scratch('room')): Room {
  process.argv[1] = BUILT; // compute is found beside the program
  const workbench = openWorkbench({
    workspace,
    settings: join(workspace, 'settings.json'),
    shell: shellWithoutWindow('in-process'),
    command: 'test',
  });
  const api = openWorkbenchApi(workbench);
  const waiting = new Set<() => void>();
  api.on(() => {
    for (const look of waiting) look();
  });
  const until: Room['until'] = (found) =>
    new Promise((resolve) => {
      const look = (): void => {
        const value = found();
        if (!value) return;
        waiting.delete(look);
        resolve(value);
      };
      waiting.add(look);
      look();
    });
  let closed: Promise<void> | null = null;
  const close = (): Promise<void> => (closed ??= api.close());
  onTestFinished(close);
  return {
    workbench,
    api,
    close,
    until,
    call: async (name, input) => {
      const answer = await api.call(name, input);
      if (!answer.ok) throw fromWireError(answer.error);
      return answer.value as never;
    },
    ended: ({ job }) => until(() => workbench.jobs.list().find((j) => j.job === job && j.status !== 'running')),
  };
}

/** Three classes of small pictures that differ by colour, imported; returns the data set's id. */
export async function importColours(room: Room, perClass = 12): Promise<string> {
  const folder = scratch('colours');
  await drawColours(folder, perClass);
  const job = await room.ended(await room.call('datasets.import', { folder, name: 'colours' }));
  if (job.status !== 'done') throw new AppError('internal', JSON.stringify(job.error));
  return job.result!['dataset']!;
}
