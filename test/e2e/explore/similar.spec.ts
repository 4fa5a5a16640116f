import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { analysedRun, expect, test } from '../kit.ts';
import { axeIn } from '../serious.ts';

test.use({ atStart: 'trained' });

const found = (page: Page): Locator => page.getByRole('listbox', { name: 'Similar images' });

async function expectAccessible(page: Page, theme: 'light' | 'dark' = 'dark'): Promise<void> {
  const { violations } = await axeIn(theme, page).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)).toEqual([]);
}

test('similar images are found, judged, compared, and looked for from a folder, by keyboard', async ({ page, served }) => {
  const { dataset } = await analysedRun(served);
  const root = (await served.call('datasets.folder', { dataset })).root;
  const rows = await served.call('images.rows', { dataset, ids: [0, 12] });
  const folder = join(served.workspace, 'queries');
  mkdirSync(folder, { recursive: true });
  const hostile = '<img src=x onerror=alert(1)>.png';
  for (const [i, name] of [hostile, 'second.png'].entries()) writeFileSync(join(folder, name), readFileSync(join(root, rows[i]!.file)));
  writeFileSync(join(folder, 'empty.png'), '');

  await page.goto(`${served.url}#/explore?dataset=${dataset}&tab=similar&image=0`);
  await page.getByLabel('Encoder', { exact: true }).selectOption({ label: 'Run 1' });
  await expect(found(page).getByRole('option')).toHaveCount(20);
  await expect(page.getByRole('region', { name: 'Images that were found' })).toContainText('Compared with 35 images by run 1');
  await found(page).focus();
  await page.keyboard.press('s');
  await expect(found(page).getByRole('option').first()).toContainText('judged as the same');
  await page.keyboard.press('n');
  await expect(page.getByText('2 judgements: 1 same, 1 not the same, 0 none of these')).toBeVisible();
  await page.keyboard.press('Control+z');
  await expect(page.getByText('1 judgement: 1 same, 0 not the same, 0 none of these')).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel('Class', { exact: true }).selectOption('red');
  await expect(found(page).getByRole('option').first()).toContainText('red');
  await found(page).focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/#\/compare\?a=/);
  await page.goBack();

  await page.getByRole('radio', { name: 'A folder of images' }).click();
  await page.getByRole('button', { name: 'Choose folder…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Choose the folder with the images to look for' });
  await dialog.getByLabel('Folder', { exact: true }).fill(folder);
  await dialog.getByLabel('Folder', { exact: true }).press('Enter');
  await dialog
    .getByRole('button', { name: /choose/i })
    .last()
    .click();
  const decide = page.getByRole('region', { name: 'Decide on each image' });
  await expect(decide).toContainText(`1 of 2: ${hostile}`);
  await expect(decide).toContainText('1 file could not be read');
  const picture = decide.getByRole('img', { name: `Image 1: ${hostile}` });
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(32);
  await expectAccessible(page);
  await page.keyboard.press('1');
  await expect(decide).toContainText('2 of 2: second.png');
  await page.keyboard.press('n');
  await expect(decide).toContainText('All images are decided');
  await page.keyboard.press('u');
  await expect(decide).toContainText('1 of 2 decided (50 %): 1 same, 0 new, 0 skipped');
  await page.reload();
  await expect(decide).toContainText('2 of 2: second.png'); // goes on where it stopped
  await page.emulateMedia({ colorScheme: 'light' });
  await expectAccessible(page, 'light');
});
