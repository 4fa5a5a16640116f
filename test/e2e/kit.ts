import { expect, test as base, type Page } from '@playwright/test';
import { desktopOn } from './electron.ts';
import { importColours, serve, type ServeChoice, type ServedWorkbench } from './serve.ts';

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
 * Records the violations of a content security policy in any frame of the page. Chromium writes each to the console, except an eval whose
 * error was caught.
 */
async function watchPolicy(page: Page, violations: string[]): Promise<void> {
  await page.addInitScript(() =>
    addEventListener('securitypolicyviolation', ({ blockedURI }) => {
      if (blockedURI === 'eval') console.error('Content Security Policy: eval');
    }),
  );
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) violations.push(`${message.text()} (${message.location().url})`);
  });
}

/**
 * The tests of a file share one workbench, `served`, with a separate workspace. All files run in one worker process and one browser,
 * whose start costs as much as a test: `test.use({ serveChoice: … })` changes how the workbench starts, and takes a separate worker.
 * In the project `electron` the same tests run in a desktop window on it. A test fails if `violations` of a content security policy are
 * left at its end; one that provokes some removes them.
 */
export const test = base.extend<{ served: ServedWorkbench; violations: string[] }, { workbench: WorkbenchOfFile; serveChoice: ServeChoice }>({
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
  violations: async ({ browserName }, use) => {
    const violations: string[] = [];
    await use(violations);
    expect(violations, `violations of the content security policy in ${browserName}`).toEqual([]);
  },
  page: async ({ page, workbench, violations }, use, { file, project }) => {
    if (project.name !== 'electron') {
      await page.mouse.move(0, 0); // a reused page keeps the pointer where the test before left it
      await watchPolicy(page, violations);
      return use(page);
    }
    const desktop = await desktopOn((await workbench.of(file)).url);
    await watchPolicy(desktop.page, violations);
    await use(desktop.page);
    await desktop.app.close();
  },
});

/** Settings of a training that takes about a second. */
export const QUICK = { backbone: 'compact', epochs: 3, size: 32, batch: 8, lr: 3e-3, seed: 3 } as const;

/** A run with a calibration on the images of importColours, trained unless the workbench has one. */
export async function trainedRun(served: ServedWorkbench): Promise<{ dataset: string; run: string }> {
  const known = (await served.call('runs.list', {})).find((run) => run.calibration !== null);
  if (known) return { dataset: known.dataset, run: known.run };
  const dataset = await importColours(served);
  const { result } = await served.job('runs.start', { dataset, ...QUICK });
  return { dataset, run: result!['run']! };
}
export { expect } from '@playwright/test';
