import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, importColours, test } from './kit.ts';
import { axeIn, serious } from './serious.ts';

const workbench = (page: Page) => page.getByRole('navigation', { name: 'Workbench' });
const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });

/** Checks a view's layout: nothing extends past the window's edge, and the regions do not overlap. */
async function expectFit(page: Page): Promise<void> {
  const box = async (selector: string) => (await page.locator(selector).boundingBox())!;
  const [nav, main, footer] = await Promise.all([box('.frame > nav'), box('.frame > main'), box('.frame > .status')]);
  const { width, height } = page.viewportSize()!;
  expect(nav.x + nav.width).toBeLessThanOrEqual(main.x);
  expect(main.y + main.height).toBeLessThanOrEqual(footer.y);
  expect([main.x + main.width, footer.y + footer.height]).toEqual([width, height]);
  expect(await page.evaluate(() => [document.documentElement.scrollWidth, document.querySelector('main')!.scrollWidth])).toEqual([width, main.width]);
}

test.describe('the first start', () => {
  test('shows the first view at each start', async ({ page, served }) => {
    for (let i = 0; i < 3; i++) {
      await page.goto('about:blank');
      await page.goto(served.url);
      await expect(heading(page, 'How similar are two images, and why?')).toBeVisible();
    }
  });

  test('the tour has six steps by keyboard and is offered once', async ({ page, served }) => {
    await page.goto(served.url);
    await page.getByRole('button', { name: 'Take the tour' }).press('Enter');
    const card = page.getByRole('dialog');
    for (const title of [
      '1. Import your images',
      '2. Train a network',
      '3. Compare two images',
      '4. Judge the verdict',
      '5. Create a report',
      'Get help at any time',
    ]) {
      await expect(card).toHaveAccessibleName(title);
      await expect(card).toBeFocused();
      if (title === '3. Compare two images') expect(await serious(page)).toEqual([]);
      await page.keyboard.press('ArrowRight');
    }
    await expect(card).toBeHidden();
    await page.reload();
    await expect(page.getByRole('button', { name: 'Create sample data set' })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Take the tour' })).toBeHidden();
  });

  test('Escape leaves the tour', async ({ page, served }) => {
    await page.goto(served.url);
    await expect(heading(page, 'How similar are two images, and why?')).toBeVisible();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Help' }).getByRole('button', { name: 'Take the tour' }).click();
    await expect(page.getByRole('dialog', { name: '1. Import your images' })).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toBeHidden();
  });

  test('creates the sample, shows its progress, announces its end and opens it', async ({ page, served }) => {
    await page.goto(served.url);
    await page.getByRole('button', { name: 'Create sample data set' }).click();
    await expect(page.getByRole('contentinfo').getByRole('progressbar')).toBeVisible();
    await expect(page.getByRole('contentinfo').getByRole('status')).toContainText('done', { timeout: 60_000 });
    await expect(page.getByRole('main').getByRole('heading', { level: 1, name: 'sample' })).toBeVisible();
    await expect(page.getByRole('main').getByText(/\d images · \d classes/)).toBeVisible();
    const training = (await served.call('jobs.list', {})).find(({ kind }) => kind === 'train')!;
    expect(training).toMatchObject({ status: 'running', title: 'Training a network on the sample' });
    await served.call('jobs.cancel', { job: training.job });
  });
});

for (const theme of ['dark', 'light'] as const) {
  test(`axe finds nothing serious in the ${theme} theme`, async ({ page, served }) => {
    await importColours(served, 4, `axe ${theme}`); // a finished job to show
    await page.emulateMedia({ colorScheme: theme });
    await page.goto(`${served.url}#/settings`);
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
    await expect(page.getByRole('heading', { name: 'About' })).toBeVisible();
    expect(await serious(page, axeIn(theme, page))).toEqual([]);
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog', { name: 'Help' })).toBeVisible();
    expect(await serious(page, axeIn(theme, page))).toEqual([]);
    await page.getByRole('radio', { name: 'Keyboard' }).press('ArrowRight');
    await expect(page.getByRole('radio', { name: 'Glossary' })).toBeFocused();
    expect(await serious(page, axeIn(theme, page))).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Activity' }).click();
    await expect(page.getByRole('button', { name: 'Clear finished' })).toBeVisible();
    expect(await serious(page, axeIn(theme, page))).toEqual([]);
  });
}

test('routes: keys, URL, back, and the last route at the next start', async ({ page, context, served }) => {
  await page.goto(`${served.url}#/images`);
  await expect(page).toHaveTitle('Images · Twinlens');
  for (const [key, title] of ['2 Explore', '3 Train', '4 Compare', '5 Reports', '1 Images', ', Settings'].map(
    (pair) => pair.split(' ') as [string, string],
  )) {
    await page.keyboard.press(`Control+${key}`);
    await expect(page).toHaveTitle(`${title} · Twinlens`);
    await expect(workbench(page).getByRole('link', { name: title })).toHaveAttribute('aria-current', 'page');
  }
  await page.goBack();
  await expect(page).toHaveTitle('Images · Twinlens');
  await page.keyboard.press('Control+5');
  await expect.poll(async () => (await served.call('settings.get', {})).route).toBe('/reports');
  const nextStart = await context.newPage();
  await nextStart.goto(served.url);
  await expect(nextStart).toHaveTitle('Reports · Twinlens');
});

test('the skip link skips the navigation', async ({ page, served }) => {
  await page.goto(`${served.url}#/settings`);
  await expect(heading(page, 'Settings')).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to main content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(heading(page, 'Settings')).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('radio', { name: 'Match system' })).toBeFocused();
});

test('the theme is stored and applied at the first paint', async ({ page, served }) => {
  await page.goto(`${served.url}#/settings`);
  await page.getByRole('radio', { name: 'Match system' }).press('ArrowRight');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await page.reload();
  await expect(page.getByRole('radio', { name: 'Light' })).toBeChecked();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await page.getByRole('radio', { name: 'Light' }).press('ArrowLeft');
});

for (const [name, width, height] of [
  ['the smallest window', 1024, 700],
  ['1440 pixels at 200 %', 720, 450],
  ['a large window', 1920, 1080],
] as const) {
  test(`everything fits ${name}`, async ({ page, served }) => {
    await page.setViewportSize({ width, height });
    await page.goto(`${served.url}#/settings`);
    await expect(heading(page, 'Settings')).toBeVisible();
    await expectFit(page);
  });
}

test('a hostile name is shown as text', async ({ page, served }) => {
  const name = '<img src=x onerror=alert(1)>"\u202e ' + 'long '.repeat(30).trim();
  const dialogs: string[] = [];
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  await importColours(served, 6, 'plain');
  await served.job('datasets.import', { folder: join(served.workspace, 'source', 'plain'), name });
  await page.goto(served.url);
  const chooser = workbench(page).locator('[data-tour=dataset]');
  await expect(chooser).toHaveAttribute('title', `Data set: ${name}`);
  expect(await page.locator('nav img').count()).toBe(0);
  expect(dialogs).toEqual([]);
  await expectFit(page);
});

test('the settings test the devices and show the results', async ({ page, served }) => {
  await page.goto(`${served.url}#/settings`);
  await page.getByRole('button', { name: 'Test devices' }).click();
  const row = page.getByRole('row', { name: /^CPU ONNX Runtime/ });
  await expect(row).toContainText('Works', { timeout: 60_000 });
  await expect(row).toContainText(/images\/s/);
  await expect(page.getByText(/Last tested/)).toBeVisible();
  expect(await serious(page)).toEqual([]);
});

test('another workspace is chosen in a dialog for the next start', async ({ page, served }) => {
  const folder = join(served.workspace, 'another folder');
  mkdirSync(folder);
  await page.goto(`${served.url}#/settings`);
  await page.getByRole('button', { name: 'Change folder…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Choose the workspace folder' });
  const path = dialog.getByRole('textbox', { name: 'Folder' });
  await path.fill(join(served.workspace, 'nowhere'));
  await path.press('Enter');
  await expect(dialog.getByRole('alert')).toContainText('There is no folder');
  await path.fill(served.workspace);
  await path.press('Enter');
  await dialog.getByRole('button', { name: 'another folder' }).click();
  await expect(path).toHaveValue(folder);
  expect(await serious(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Choose this folder' }).click();
  await expect(page.getByText('After the next start')).toContainText(folder);
  await page.getByRole('button', { name: 'Use default folder' }).click();
  await expect(page.getByText('After the next start')).toBeHidden();

  // The button takes a path that was typed but not entered, not the folder listed before.
  await page.getByRole('button', { name: 'Change folder…' }).click();
  await expect(path).not.toHaveValue('');
  await path.fill(folder);
  await dialog.getByRole('button', { name: 'Choose this folder' }).click();
  await expect(page.getByText('After the next start')).toContainText(folder);
  await page.getByRole('button', { name: 'Use default folder' }).click();
});

test('the licences of all components can be read', async ({ page, served }) => {
  await page.goto(`${served.url}#/settings`);
  await page.getByRole('button', { name: 'Licences' }).click();
  await page.getByRole('searchbox', { name: 'Search licences' }).fill('inter');
  await page.getByText('@fontsource/inter').click();
  await expect(page.getByText('SIL OPEN FONT LICENSE').first()).toBeVisible();
});
