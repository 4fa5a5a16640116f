import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { expect, test as base, type BrowserContext, type Page } from '@playwright/test';
import { desktopOn } from './electron.ts';
import { lendPage } from './lend-page.ts';
import { importColours, serve, type ServeChoice, type ServedWorkbench } from './serve.ts';

export * from './serve.ts';

interface OfGroup<T, Choice = void> {
  /** The value of a group of test files, opened at its first request. Closes that of the group before. */
  of(group: string, choice: Choice): Promise<T>;
  close(): Promise<void>;
}

function ofGroup<T, Choice = void>(open: (choice: Choice) => Promise<T>, closeValue: (value: T) => Promise<unknown>): OfGroup<T, Choice> {
  let current: { group: string; value: T } | null = null;
  const close = async (): Promise<void> => {
    const previous = current;
    current = null;
    if (previous) await closeValue(previous.value);
  };
  const of = async (group: string, choice: Choice): Promise<T> => {
    if (current?.group !== group) {
      await close();
      current = { group, value: await open(choice) };
    }
    return current.value;
  };
  return { of, close };
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

/** What a file's workbench has at its start. `trained`: what `trainedRun` makes, copied from a workspace that is made once for all files. */
type AtStart = 'nothing' | 'trained';

/** The file itself, or its folder below test/e2e, whose files run one after another. */
function groupOf(file: string): string {
  const folder = dirname(file);
  return basename(folder) === 'e2e' ? file : folder;
}

interface TestFixtures {
  atStart: AtStart;
  served: ServedWorkbench;
  violations: string[];
}

interface WorkerFixtures {
  workbench: OfGroup<ServedWorkbench, AtStart>;
  browserContext: OfGroup<BrowserContext>;
  serveChoice: ServeChoice;
}

/**
 * The tests of a file share one workbench, `served`, with a separate workspace, and one page, which `lendPage` resets. So do the files of a
 * folder below test/e2e, which all set the same `atStart`. All files run in one worker process and one browser, whose start costs as much
 * as a test: `test.use({ serveChoice: … })` changes how the workbench starts, and takes a separate worker.
 * A file whose tests need a trained run sets `test.use({ atStart: 'trained' })`: 1.3 s of CPU time less than an import and a training.
 * In the project `electron` the same tests run in a desktop window on it. A test fails if `violations` of a content security policy are
 * left at its end; one that provokes some removes them.
 */
export const test = base.extend<TestFixtures, WorkerFixtures>({
  atStart: ['nothing', { option: true }],
  serveChoice: [{}, { scope: 'worker', option: true }],
  workbench: [
    async ({ serveChoice }, use) => {
      let trained: Promise<string> | undefined;
      const workbench = ofGroup(
        async (atStart: AtStart) => serve({ ...serveChoice, ...(atStart === 'trained' && { copyOf: await (trained ??= trainedWorkspace()) }) }),
        (served) => served.stop(),
      );
      await use(workbench);
      await workbench.close();
      if (trained) rmSync(await trained, { recursive: true, force: true, maxRetries: 5 });
    },
    { scope: 'worker' },
  ],
  browserContext: [
    async ({ browser }, use) => {
      const browserContext = ofGroup(
        () => browser.newContext(),
        (context) => context.close(),
      );
      await use(browserContext);
      await browserContext.close();
    },
    { scope: 'worker' },
  ],
  served: async ({ workbench, atStart }, use, { file }) => use(await workbench.of(groupOf(file), atStart)),
  violations: async ({ browserName }, use) => {
    const violations: string[] = [];
    await use(violations);
    expect(violations, `violations of the content security policy in ${browserName}`).toEqual([]);
  },
  context: async ({ browserContext }, use, { file }) => {
    const context = await browserContext.of(groupOf(file));
    await lendPage(context, () => use(context));
  },
  page: async ({ context, viewport, colorScheme, workbench, atStart, violations }, use, { file, project }) => {
    if (project.name !== 'electron') {
      const page = context.pages()[0]!;
      await page.setViewportSize(viewport!);
      await page.emulateMedia({ colorScheme, media: null });
      await page.mouse.move(0, 0); // where it is in a new page
      await watchPolicy(page, violations);
      return use(page);
    }
    const desktop = await desktopOn((await workbench.of(groupOf(file), atStart)).url);
    await watchPolicy(desktop.page, violations);
    await use(desktop.page);
    await desktop.app.close();
  },
});

/** Settings of a training that takes about a second. */
export const QUICK = { backbone: 'compact', epochs: 3, size: 32, batch: 8, lr: 3e-3, seed: 3 } as const;

/** A workspace with the run of `trainedRun`. The images stay in its folder `source`, also for its copies. */
async function trainedWorkspace(): Promise<string> {
  const workspace = mkdtempSync(join(tmpdir(), 'twinlens trained '));
  const served = await serve({ workspace });
  await trainedRun(served);
  await served.stop();
  return workspace;
}

/** A run with a calibration on the images of importColours, trained unless the workbench has one. */
export async function trainedRun(served: ServedWorkbench): Promise<{ dataset: string; run: string }> {
  const known = (await served.call('runs.list', {})).find((run) => run.calibration !== null);
  if (known) return { dataset: known.dataset, run: known.run };
  const dataset = await importColours(served);
  const { result } = await served.job('runs.start', { dataset, ...QUICK });
  return { dataset, run: result!['run']! };
}

/** The same run, which the data set is analysed with. */
export async function analysedRun(served: ServedWorkbench): Promise<{ dataset: string; run: string }> {
  const { dataset, run } = await trainedRun(served);
  const about = { dataset, source: { run } };
  if ((await served.call('embeddings.status', about)).state !== 'ready') await served.job('embeddings.start', about);
  return { dataset, run };
}

export { expect } from '@playwright/test';
