import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawColours } from '../doors/cli/kit.ts';
import { expect, test } from './kit.ts';
import { serious } from './serious.ts';

test('a warning about copies of images shows them; “Show less” points up', async ({ page, served }) => {
  const folder = join(served.workspace, 'source', 'Copies');
  await drawColours(folder, 6);
  copyFileSync(join(folder, 'red', 'red-02.png'), join(folder, 'red', 'again.png'));
  copyFileSync(join(folder, 'blue', 'blue-01.png'), join(folder, 'green', 'other.png'));
  const { result } = await served.job('datasets.import', { folder, name: 'Copies' });
  await served.call('settings.set', { dataset: result!['dataset']!, run: null });
  const searches: string[] = [];
  page.on('request', (request) => void (request.url().includes('images.find') && searches.push(request.url())));
  await page.goto(`${served.url}#/images`);
  const tiles = page.getByRole('listbox', { name: 'Images' }).getByRole('option');
  await expect(tiles.first()).toBeVisible();
  await page.reload();
  await expect(tiles.first()).toBeVisible();
  await page.getByRole('searchbox').fill('green');
  await expect(tiles).toHaveCount(7);
  expect(searches).toHaveLength(3); // of two loads and the text
  const fold = page.getByRole('button', { name: /^Show (all|less)/ });
  await expect(fold.locator('svg')).toHaveClass(/chevron-down/);
  await fold.click();
  await expect(fold).toHaveText('Show less');
  await expect(fold.locator('svg')).toHaveClass(/chevron-up/);
  await page.getByRole('button', { name: 'Show copies (4)' }).click();
  await expect(tiles).toHaveCount(4);
  const files = async () => (await Promise.all((await tiles.all()).map((tile) => tile.getAttribute('title')))).map(String);
  await expect.poll(files).toEqual(['blue/blue-01.png', 'green/other.png', 'red/again.png', 'red/red-02.png']); // copies side by side
  await expect(tiles.nth(1)).toContainText('green · other.png');
  await page.getByRole('combobox', { name: 'Sort' }).selectOption({ index: 0 });
  await page.getByRole('button', { name: 'Sort descending' }).click();
  await expect.poll(files).toEqual(['blue/blue-01.png', 'green/other.png', 'red/again.png', 'red/red-02.png']);
  expect(await serious(page)).toEqual([]);
  await page.reload();
  await expect(tiles).toHaveCount(4);
  await expect.poll(files).toEqual(['blue/blue-01.png', 'green/other.png', 'red/again.png', 'red/red-02.png']);
  await page.getByRole('button', { name: /images stored more than once/ }).click();
  await expect(page.getByText('20 images · 3 classes')).toBeVisible();
});
