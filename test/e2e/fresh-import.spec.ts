import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { drawColours } from '../doors/cli/kit.ts';
import { expect, test } from './kit.ts';

/** The page that imported a data set, used at once and without a reload. */

const tiles = (page: Page): Locator => page.getByRole('listbox', { name: 'Images' }).getByRole('option');

test('undo works on the page that imported the data set, and a dialog focuses its field', async ({ page, served }) => {
  const folder = join(served.workspace, 'source', 'Fresh');
  await drawColours(folder, 4);
  await page.goto(served.url);
  await page.getByRole('button', { name: 'Choose folder…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Choose the folder with your images' });
  const path = dialog.getByLabel('Folder', { exact: true });
  await expect(path).not.toHaveValue('');
  await expect(path).toBeFocused();
  const isSelected = () => path.evaluate((field: HTMLInputElement) => field.selectionStart === 0 && field.selectionEnd === field.value.length);
  await expect.poll(isSelected).toBe(true); // typing replaces the proposed folder
  await path.fill(folder);
  await dialog.getByRole('button', { name: 'Choose this folder' }).click();
  await page.getByRole('form', { name: 'Import' }).getByRole('button', { name: 'Import images' }).click();
  await expect(page.getByText('12 images · 3 classes')).toBeVisible();

  for (const n of [1, 2]) {
    await tiles(page).nth(n).click();
    await page.keyboard.press('x');
    await expect(page.getByText(`${n} excluded`).first()).toBeVisible();
  }
  const undo = page.getByRole('button', { name: /^Undo: Excluded 1 image/ }).first();
  await expect(undo).toBeEnabled();
  await page.keyboard.press('Control+z');
  await expect(page.getByText('11 images · 1 excluded · 3 classes')).toBeVisible();
  await undo.click();
  await expect(page.getByText('12 images · 3 classes')).toBeVisible();
  await expect(page.getByRole('button', { name: /^Nothing to undo/ }).first()).toBeDisabled();

  await tiles(page).first().click();
  await page.keyboard.press('r');
  const field = page.getByRole('dialog', { name: 'Relabel 1 image' }).getByRole('combobox', { name: 'Class' });
  await expect(field).toBeFocused();
  await page.keyboard.type('dark red'); // on the close button, the space closed the dialog
  await expect(field).toHaveValue('dark red');
  await page.keyboard.press('Enter'); // makes no class by itself
  await expect(field).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('option', { name: 'New class “dark red”' })).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
  await expect(page.getByText('12 images · 4 classes')).toBeVisible();
});
