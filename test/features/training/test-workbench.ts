import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
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
import { filledOnce } from '../../shared-folder.ts';

export const hasCompute = existsSync(resolve('dist', 'main', 'compute.cjs'));

export interface TestWorkbench {
  workbench: Workbench;
  api: WorkbenchApi;
  call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallResult<N>>;
  /** Resolves with the job's last state when it has ended. */
  waitForEnd(job: Job): Promise<Job>;
  /** Waits until `found` returns a value; it is called again after every event. */
  until<T>(found: () => T | null | undefined | false): Promise<T>;
  close(): Promise<void>;
}

/** The whole workbench in this process, with a separate compute process. Closed at the end of the test at the latest. */
export function openTestWorkbench(workspace = scratch('workspace')): TestWorkbench {
  const workbench = openWorkbench({
    workspace,
    settings: join(workspace, 'settings.json'),
    shell: shellWithoutWindow('in-process'),
    command: 'test',
  });
  const api = openWorkbenchApi(workbench);
  const waiting = new Set<() => void>();
  api.on(() => {
    for (const check of waiting) check();
  });
  const until: TestWorkbench['until'] = (found) =>
    new Promise((resolve) => {
      const check = (): void => {
        const value = found();
        if (!value) return;
        waiting.delete(check);
        resolve(value);
      };
      waiting.add(check);
      check();
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
    waitForEnd: ({ job }) => until(() => workbench.jobs.list().find((j) => j.job === job && j.status !== 'running')),
  };
}

/**
 * Returns a function that opens a workbench on a new copy of the workspace that `prepare` filled for the first caller. Saves each other
 * test of a file an import or a training. The images of an imported folder are not copied: a test that changes them prepares its own.
 */
export function shareWorkspace<T extends object>(prepare: (app: TestWorkbench) => Promise<T>): () => Promise<T & { app: TestWorkbench }> {
  const fill = async (): Promise<{ folder: string; result: T }> => {
    const app = openTestWorkbench();
    const result = await prepare(app);
    await app.close();
    return { folder: app.workbench.workspace.folder, result };
  };
  let filled: ReturnType<typeof fill> | null = null;
  return async () => {
    const { folder, result } = await (filled ??= fill());
    return { ...result, app: openCopy(folder) };
  };
}

function openCopy(workspace: string): TestWorkbench {
  const copy = scratch('copy');
  cpSync(workspace, copy, { recursive: true });
  return openTestWorkbench(copy);
}

export interface Trained {
  dataset: string; // of importColours
  run: string; // two epochs
}

/**
 * Opens a workbench on a new copy of a workspace with a trained run, which is made once for all test files. The images are shared: a test
 * that changes them trains its own.
 */
export async function openTrained(): Promise<Trained & { app: TestWorkbench }> {
  const folder = await filledOnce('trained on colours', async (made) => {
    const app = openTestWorkbench(join(made, 'workspace'));
    writeFileSync(join(made, 'trained.json'), JSON.stringify(await trainOnColours(app, join(made, 'images'))));
    await app.close();
  });
  return { ...(JSON.parse(readFileSync(join(folder, 'trained.json'), 'utf8')) as Trained), app: openCopy(join(folder, 'workspace')) };
}

/** Imports the images of importColours, and trains a small network on them. `images`: folder for the images. */
export async function trainOnColours(app: TestWorkbench, images?: string): Promise<Trained> {
  const dataset = await importColours(app, 12, images);
  const job = await app.waitForEnd(await app.call('runs.start', { dataset, size: 32, batch: 8, lr: 3e-3, seed: 3, epochs: 2 }));
  return { dataset, run: job.result!['run']! };
}

/** Imports three classes of small images that differ by colour; returns the data set's id. */
export async function importColours(app: TestWorkbench, perClass = 12, folder = scratch('colours')): Promise<string> {
  await drawColours(folder, perClass);
  const job = await app.waitForEnd(await app.call('datasets.import', { folder, name: 'colours' }));
  if (job.status !== 'done') throw new AppError('internal', JSON.stringify(job.error));
  return job.result!['dataset']!;
}
