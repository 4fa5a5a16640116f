import { test as base, type Page } from '@playwright/test';
import { desktopOn } from './electron.ts';
import { serve, type ServeChoice, type ServedWorkbench } from './serve.ts';

export * from './serve.ts';

/**
 * `test.use({ serveChoice: { of: 'images' } })` at a file's top gives it its own workbench; `args` and `env` change how it starts.
 * In the project `electron` the same tests run in a desktop window on it.
 */
export const test = base.extend<{ page: Page }, { served: ServedWorkbench; serveChoice: ServeChoice }>({
  serveChoice: [{}, { scope: 'worker', option: true }],
  served: [
    async ({ serveChoice }, use) => {
      const served = await serve(serveChoice);
      await use(served);
      await served.stop();
    },
    { scope: 'worker' },
  ],
  page: async ({ page, served }, use, info) => {
    if (info.project.name !== 'electron') return use(page);
    const desktop = await desktopOn(served.url);
    await use(desktop.page);
    await desktop.app.close();
  },
});
export { expect } from '@playwright/test';
