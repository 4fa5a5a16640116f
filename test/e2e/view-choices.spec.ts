import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawColours } from '../doors/cli/kit.ts';
import { expect, serve, type ServedWorkbench, test, trainedRun } from './kit.ts';

test.use({ atStart: 'trained' });

test('filters, the views’ routes and the chooser’s folder survive a reload and a restart', async ({ page }) => {
  const workspace = mkdtempSync(join(tmpdir(), 'twinlens choices '));
  const folder = join(workspace, 'source', 'Shells');
  await drawColours(folder, 6);
  const first = await serve({ workspace });
  let second: ServedWorkbench | null = null;
  const stored = async () => (await first.call('settings.get', {})).viewChoices;
  const folderField = page.getByRole('dialog', { name: 'Choose the folder with your images' }).getByLabel('Folder', { exact: true });
  try {
    const { dataset } = (await first.job('datasets.import', { folder })).result as { dataset: string };
    await page.goto(`${first.url}#/compare?a=${dataset}/0&b=${dataset}/7`);
    await expect.poll(async () => (await stored())['routes']).toContain('"compare"');
    await page.goto(`${first.url}#/images?sheet=import`);
    await page.getByRole('button', { name: 'Choose folder…' }).click();
    await expect(folderField).not.toHaveValue('');
    await folderField.fill(folder);
    await folderField.press('Enter');
    await page.getByRole('button', { name: 'Choose this folder' }).click();
    await expect(page.getByRole('form', { name: 'Import' })).toContainText(folder); // a new page would end a choice that waits for its listing
    await page.goto(`${first.url}#/images`);
    const search = page.getByRole('searchbox', { name: 'Search file names, classes and tags' });
    await search.fill('red');
    await page.getByRole('combobox', { name: 'Sort' }).selectOption('by size');
    await expect(page.getByRole('listbox', { name: 'Images' }).getByRole('option')).toHaveCount(6);
    await expect.poll(async () => (await stored())['images']).toContain('"sort":"pixels"');

    const expectChoices = async (url: string) => {
      await page.goto('about:blank'); // a new page, not a step within it
      await page.goto(`${url}#/images`);
      await expect(search).toHaveValue('red');
      await expect(page.getByRole('combobox', { name: 'Sort' })).toHaveValue('pixels');
      await expect(page.getByRole('listbox', { name: 'Images' }).getByRole('option')).toHaveCount(6);
      await expect(page.getByRole('link', { name: 'Compare' })).toHaveAttribute(
        'href',
        `#/compare?${new URLSearchParams({ a: `${dataset}/0`, b: `${dataset}/7` })}`,
      );
      await page.goto(`${url}#/images?sheet=import`);
      await page.getByRole('button', { name: 'Choose folder…' }).click();
      await expect(folderField).toHaveValue(folder);
    };
    await expectChoices(first.url);
    await first.stop();
    second = await serve({ workspace });
    await expectChoices(second.url);
  } finally {
    await (second ?? first).stop();
    rmSync(workspace, { recursive: true, force: true, maxRetries: 5 });
  }
});

test('what is typed right before a reload is stored: a search, a report’s title, a run’s note, a new training’s settings', async ({
  page,
  served,
}) => {
  const { run } = await trainedRun(served);
  const { report } = await served.call('reports.save', { title: '', introduction: '', comparisons: [] });
  const fields = [
    { at: '#/images', field: page.getByRole('searchbox', { name: 'Search file names, classes and tags' }) },
    { at: `#/reports?report=${report}`, field: page.getByRole('textbox', { name: 'Title' }) },
    { at: `#/train?run=${run}`, field: page.getByRole('complementary', { name: 'Run details' }).getByRole('textbox', { name: 'Note' }) },
  ];
  for (const { at, field } of fields) {
    await page.goto(`${served.url}${at}`);
    await field.fill('red');
    await page.reload();
    await expect(field).toHaveValue('red');
  }
  expect((await served.call('settings.get', {})).route).toBe(fields[2]!.at.slice(1));
  await page.goto(`${served.url}#/train?new=1`);
  const more = page.getByRole('button', { name: /^More settings/ });
  await more.click();
  await page.getByLabel('Seed', { exact: true }).fill('17');
  await page.reload();
  await more.click();
  await expect(page.getByLabel('Seed', { exact: true })).toHaveValue('17');
  await page.evaluate(() => (location.hash = '#/settings'));
  await page.goto('about:blank'); // leaves at once, before the route is stored
  await expect.poll(async () => (await served.call('settings.get', {})).route).toBe('/settings');
});
