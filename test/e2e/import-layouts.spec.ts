import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { encodePng } from '../../src/main/compute/images/images.ts';
import { randomFor } from '../../src/shared/random.ts';
import { writeAt } from '../doors/cli/kit.ts';
import { expect, type ServedWorkbench, test } from './kit.ts';
import { axe } from './serious.ts';

/** Images of noise, all different, in folders: path -> count. */
async function draw(folder: string, counts: Record<string, number>): Promise<string> {
  for (const [path, count] of Object.entries(counts)) {
    for (let i = 0; i < count; i++) {
      const random = randomFor(1, path, i);
      const data = Uint8Array.from({ length: 16 * 16 * 3 }, () => random.below(256));
      writeAt(join(folder, path, `${i}.png`), await encodePng({ data, width: 16, height: 16 }));
    }
  }
  return folder;
}

/** Opens the page of data sets with the import form for a folder. */
async function openForm(page: Page, served: ServedWorkbench, folder: string): Promise<Locator> {
  if ((await served.call('datasets.list', {})).length === 0) {
    // Without a data set the dialog would open by itself.
    await served.job('datasets.import', { folder: await draw(join(served.workspace, 'source', 'First'), { a: 4, b: 4 }) });
  }
  await page.goto(`${served.url}#/images?sheet=import`);
  await page.getByRole('button', { name: 'Choose folder…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Choose the folder with your images' });
  await expect(dialog.getByLabel('Folder', { exact: true })).not.toHaveValue(''); // the last folder; it must not arrive while the text is replaced
  await dialog.getByLabel('Folder', { exact: true }).fill(folder);
  await dialog.getByLabel('Folder', { exact: true }).press('Enter');
  await dialog
    .getByRole('button', { name: /choose/i })
    .last()
    .click();
  return page.getByRole('form', { name: 'Import' });
}

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await axe(page).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`)).toEqual([]);
}

test('train, val and test folders are offered as the split, and a folder around them is named', async ({ page, served }) => {
  const folder = join(served.workspace, 'source', 'Archive');
  const counts = { train: 8, val: 3, test: 4 };
  const flowers = Object.fromEntries(
    Object.entries(counts).flatMap(([split, n]) => [
      [`Flowers/${split}/Rose`, n],
      [`Flowers/${split}/Tulip`, n],
    ]),
  );
  const form = await openForm(page, served, await draw(folder, flowers));
  await expect(form.getByRole('alert')).toContainText('All images in');
  await expect(form.getByRole('button', { name: 'Import images' })).toBeDisabled();
  await expectAccessible(page);
  await form.getByRole('button', { name: 'Choose Flowers' }).click();
  await expect(form.getByRole('status')).toContainText('30 images in 2 classes: Rose 15, Tulip 15');
  await expect(form.getByLabel('Name', { exact: true })).toHaveValue('Flowers');
  await expect(form.getByRole('list', { name: 'Notes on this folder' })).toContainText('"train", "val", "test" are used as the split');
  const split = form.getByLabel('Split', { exact: true });
  await expect(split.getByRole('option').first()).toHaveText('As in the folders: training 16, validation 6, test 8 images');
  await split.selectOption({ index: 1 });
  await expect(form.getByRole('list', { name: 'Notes on this folder' })).toHaveCount(0);
  await split.selectOption({ index: 0 });
  await expect(form.getByRole('list', { name: 'Notes on this folder' })).toBeVisible();
  await expectAccessible(page);
  await form.getByRole('button', { name: 'Import images' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Flowers' })).toBeVisible();
  expect(await served.call('datasets.get', { dataset: 'flowers' })).toMatchObject({ splits: { train: 16, valid: 6, test: 8 } });
});

test('images are grouped by the folders in class folders', async ({ page, served }) => {
  const subjects = Array.from({ length: 6 }, (_, i) => `patient${i}`);
  const counts = Object.fromEntries(['benign', 'malignant'].flatMap((name) => subjects.map((subject) => [`${name}/${name}-${subject}`, 3])));
  const form = await openForm(page, served, await draw(join(served.workspace, 'source', 'Skin'), counts));
  await expect(form.getByRole('list', { name: 'Notes on this folder' })).toContainText(
    'If each shows one subject, group the images by these folders.',
  );
  await form.getByLabel(/Do several images show the same subject/).selectOption({ label: 'Yes: each folder in a class folder is a subject' });
  await expect(form.getByRole('region', { name: 'Subjects found' })).toContainText('36 images show 12 different subjects');
  await form.getByLabel('What is such a subject called?').fill('patient');
  const split = form.getByLabel('Split', { exact: true });
  await split.selectOption({ label: 'Unseen classes: whole classes apart in training, validation and test' });
  await expect(form.getByRole('alert')).toContainText('There are 2 such classes here.');
  await expect(form.getByRole('button', { name: 'Import images' })).toBeDisabled();
  await split.selectOption({ label: 'Unseen groups: whole groups apart in training, validation and test' });
  await expect(form.getByRole('list', { name: 'Notes on this folder' })).toHaveCount(0);
  await form.getByRole('button', { name: 'Import images' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Skin' })).toBeVisible();
  expect(await served.call('datasets.get', { dataset: 'skin' })).toMatchObject({ groups: 12, groupName: 'patient' });
});

test('a folder without class folders is imported and sorted into classes by keys', async ({ page, served }) => {
  const form = await openForm(page, served, await draw(join(served.workspace, 'source', 'Roll <b>7'), { '': 6 }));
  await expect(form.getByRole('status')).toContainText('6 images in 1 class: unsorted 6');
  await expect(form.getByRole('list', { name: 'Notes on this folder' })).toContainText('are not in class folders');
  await expect(form.getByRole('button', { name: 'Choose source' })).toBeVisible();
  await form.getByRole('button', { name: 'Import images' }).click();
  const bar = page.getByRole('toolbar', { name: 'Sort into classes' });
  await expect(bar).toContainText('Select images and press R to make the first class.');
  await expect(page.getByText('All 6 images are unsorted', { exact: false }).first()).toBeVisible();
  const dataset = (await served.call('datasets.list', {})).find(({ name }) => name === 'Roll <b>7')!.dataset;
  const classes = async () =>
    (await served.call('datasets.counts', { dataset })).classes.map(({ className, included }) => `${className} ${included}`);

  const grid = page.getByRole('listbox', { name: 'Images' });
  await grid.getByRole('option').first().click();
  for (const [i, name] of ['day', 'night'].entries()) {
    await page.keyboard.press('r');
    const dialog = page.getByRole('dialog', { name: 'Relabel 1 image' });
    await dialog.getByRole('combobox', { name: 'Class' }).fill(name);
    await dialog.getByRole('option', { name: /New class/ }).click();
    await expect(bar.getByRole('button')).toHaveCount(4 + i); // the classes, New class, Only unsorted, close
    await grid
      .getByRole('option', { name: /png, unsorted/ })
      .first()
      .click();
  }
  await expect(bar).toContainText('4 to sort:');
  await expectAccessible(page);
  for (const key of ['1', '2', '1']) await page.keyboard.press(key); // each selects the next image
  await expect.poll(classes).toEqual(['day 3', 'night 2', 'unsorted 1']);
  await page.keyboard.press('Control+z');
  await expect.poll(classes).toEqual(['day 2', 'night 2', 'unsorted 2']);
});

test('class names that look alike are merged, and the merge is undone', async ({ page, served }) => {
  const folder = await draw(join(served.workspace, 'source', 'Trees'), { Pine: 15, 'Red oak': 15, red_oak: 14 });
  await served.job('datasets.import', { folder, name: 'Trees' });
  await page.goto(`${served.url}#/images?dataset=trees`);
  const merge = page.getByRole('button', { name: 'Merge 14 images into Red oak' });
  await merge.click();
  await expect(merge).toHaveCount(0);
  await expect.poll(async () => (await served.call('datasets.get', { dataset: 'trees' })).classes['Red oak']).toBe(29);
  const { undoPosition } = await served.call('curation.state', { dataset: 'trees' });
  await served.call('curation.undo', { dataset: 'trees', position: undoPosition! });
  await expect(merge).toBeVisible();
  await expectAccessible(page);
});
