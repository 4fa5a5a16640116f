import { test as base } from '@playwright/test';
import { desktopOn } from './electron.ts';
import { serve, type ServeChoice, type ServedWorkbench } from './serve.ts';

export * from './serve.ts';

interface WorkbenchOfFile {
  /** The workbench of a test file, started at its first request. Stops that of the file before. */
  of(file: string): Promise<ServedWorkbench>;
  stop(): Promise<void>;
}

function workbenchOfFile(choice: ServeChoice): WorkbenchOfFile {
  let current: { file: string; served: ServedWorkbench } | null = null;
  const stop = async (): Promise<void> => {
    const previous = current;
    current = null;
    await previous?.served.stop();
  };
  const of = async (file: string): Promise<ServedWorkbench> => {
    if (current?.file !== file) {
      await stop();
      current = { file, served: await serve(choice) };
    }
    return current.served;
  };
  return { of, stop };
}

/**
 * The tests of a file share one workbench, `served`, with a workspace of its own. All files run in one worker process and one browser,
 * whose start costs as much as a test: `test.use({ serveChoice: … })` changes how the workbench starts, and takes a worker of its own.
 * In the project `electron` the same tests run in a desktop window on it.
 */
export const test = base.extend<{ served: ServedWorkbench }, { workbench: WorkbenchOfFile; serveChoice: ServeChoice }>({
  serveChoice: [{}, { scope: 'worker', option: true }],
  workbench: [
    async ({ serveChoice }, use) => {
      const workbench = workbenchOfFile(serveChoice);
      await use(workbench);
      await workbench.stop();
    },
    { scope: 'worker' },
  ],
  served: async ({ workbench }, use, { file }) => use(await workbench.of(file)),
  page: async ({ page, workbench }, use, { file, project }) => {
    if (project.name !== 'electron') {
      await page.mouse.move(0, 0); // a reused page keeps the pointer where the test before left it
      return use(page);
    }
    const desktop = await desktopOn((await workbench.of(file)).url);
    await use(desktop.page);
    await desktop.app.close();
  },
});
export { expect } from '@playwright/test';
