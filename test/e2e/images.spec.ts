import { appendFileSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import type { CurationState } from '../../src/shared/curation.ts';
import { drawColours } from '../doors/cli/kit.ts';
import { expect, type ServedWorkbench, test } from './kit.ts';
import { axe } from './serious.ts';

const grid = (page: Page): Locator => page.getByRole('listbox', { name: 'Images' });
const tiles = (page: Page): Locator => grid(page).getByRole('option');
const selected = (page: Page): Locator => grid(page).getByRole('option', { selected: true });
const changes = (page: Page): Locator => page.getByRole('region', { name: 'History' }).getByRole('listitem');

/** Axe finds nothing, of any impact, on the page as shown. */
async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await axe(page).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`)).toEqual([]);
}

async function importImages(served: ServedWorkbench, name: string, perClass: number): Promise<string> {
  const folder = join(served.workspace, 'source', name);
  await drawColours(folder, perClass);
  await served.job('datasets.import', { folder, name });
  return folder;
}

/** The data set "pets": 30 images in 3 classes, imported unless an earlier test did; `edits`: how many of its three edits are applied. */
async function pets(served: ServedWorkbench, edits: 0 | 3): Promise<void> {
  const dataset = 'pets';
  if (!(await served.call('datasets.list', {})).some((known) => known.dataset === dataset)) await importImages(served, 'Pets', 10);
  const last = async (): Promise<number | null> => (await served.call('curation.state', { dataset })).undoPosition;
  for (let position = await last(); position !== null; position = await last()) await served.call('curation.undo', { dataset, position });
  if (edits === 0) return;
  const [a, b, c, d, e] = (await served.call('images.find', { dataset, classes: ['red'] })).ids as unknown as [
    number,
    number,
    number,
    number,
    number,
  ];
  await served.call('curation.apply', { dataset, edit: { kind: 'exclude', ids: [a, b, c] } });
  await served.call('curation.apply', { dataset, edit: { kind: 'tag', ids: [d], tag: 'ask <b>Jo</b>' } });
  await served.call('curation.apply', { dataset, edit: { kind: 'relabel', ids: [e], className: 'green' } });
}

test('a folder is chosen, previewed and imported; rejected files are listed', async ({ page, served }) => {
  const folder = join(served.workspace, 'source', 'Pets');
  await drawColours(folder, 10);
  writeFileSync(join(folder, 'red', 'notes.txt'), 'x');
  writeFileSync(join(folder, 'red', '<img src=x onerror=alert(1)>.png'), 'no image');
  await page.goto(served.url);
  await page.getByRole('button', { name: 'Choose folder…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Choose the folder with your images' });
  await expect(dialog.getByLabel('Folder', { exact: true })).not.toHaveValue(''); // a default folder
  await dialog.getByLabel('Folder', { exact: true }).fill(folder);
  await dialog.getByLabel('Folder', { exact: true }).press('Enter');
  await expect(dialog.getByRole('button', { name: 'red', exact: true })).toBeVisible();
  await dialog
    .getByRole('button', { name: /choose/i })
    .last()
    .click();
  const form = page.getByRole('form', { name: 'Import' });
  await expect(form.getByRole('status')).toContainText('31 images in 3 classes, 1 other file:');
  await form.getByLabel(/Do several images show the same subject/).selectOption({ label: 'Yes: by a custom pattern…' });
  await form.getByLabel('Pattern', { exact: true }).fill('(');
  await expect(form.getByRole('alert')).toContainText('not a regular expression');
  await expect(form.getByRole('button', { name: 'Import images' })).toBeDisabled();
  await form.getByLabel('Pattern', { exact: true }).fill('^(.).*');
  await expect(form.getByRole('region', { name: 'Subjects found' })).toContainText('different subjects');
  await form.getByLabel(/Do several images show the same subject/).selectOption({ label: 'No, each photo is a different subject' });
  await form.getByLabel('Name', { exact: true }).fill('Pets');
  await expectAccessible(page);
  await form.getByRole('button', { name: 'Import images' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Pets' })).toBeVisible();
  await expect(page.getByText('30 images · 3 classes')).toBeVisible();
  await page.getByRole('button', { name: 'Rejected files (2)' }).click();
  const rejected = page.getByRole('dialog', { name: 'Not imported' });
  await expect(rejected.getByRole('row')).toHaveCount(3);
  await rejected.getByRole('searchbox').fill('onerror');
  await expect(rejected.getByRole('row').nth(1)).toContainText('red/<img src=x onerror=alert(1)>.png');
  await page.keyboard.press('Escape');
});

test('images are browsed by keyboard: arrows, ranges, ends, the large view and back', async ({ page, served }) => {
  await pets(served, 0);
  await page.goto(`${served.url}#/images`);
  await expect(tiles(page).first()).toBeVisible();
  await expect(tiles(page).first()).toHaveAttribute('aria-setsize', '30');
  await expect(tiles(page).first().locator('img')).toHaveJSProperty('complete', true);
  expect(
    await tiles(page)
      .first()
      .locator('img')
      .evaluate((img: HTMLImageElement) => img.naturalWidth),
  ).toBeGreaterThan(0);
  await grid(page).focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await expect(selected(page)).toHaveCount(3);
  await page.keyboard.press('End');
  await expect(selected(page)).toHaveAttribute('aria-posinset', '30');
  await page.keyboard.press('Control+a');
  await expect(page.getByText('30 images selected')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  const large = page.getByRole('region', { name: 'Large view' });
  await expect(large).toContainText('1 of 30');
  await page.keyboard.press('ArrowRight');
  await expect(large).toContainText('2 of 30');
  await expect(large.getByRole('img')).toHaveJSProperty('complete', true);
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(grid(page)).toBeFocused();
  await expect(selected(page)).toHaveAttribute('aria-posinset', '2');
  await expectAccessible(page);
});

test('images are filtered, excluded, relabelled and tagged; undo, redo and reload', async ({ page, served }) => {
  await pets(served, 0);
  await page.goto(`${served.url}#/images`);
  const classes = page.getByRole('region', { name: 'Classes' });
  await classes.getByRole('button', { name: /^red/ }).click();
  await expect(page.getByText('10 of 30 images shown')).toBeVisible();
  await tiles(page).nth(0).click();
  await tiles(page)
    .nth(2)
    .click({ modifiers: ['Shift'] });
  await page.keyboard.press('x');
  await expect(changes(page).first()).toContainText('Excluded 3 images');
  await expect(page.getByRole('option', { name: /excluded/ })).toHaveCount(3);
  await tiles(page).nth(4).click();
  await page.keyboard.press('t');
  await page.getByLabel('Tag', { exact: true }).fill('ask <b>Jo</b>');
  await page.keyboard.press('Enter');
  await expect(changes(page).first()).toContainText('Tagged 1 image "ask <b>Jo</b>"');
  await tiles(page).nth(5).click();
  await page.keyboard.press('r');
  await page.getByLabel('Class', { exact: true }).fill('gre');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(changes(page).first()).toContainText('Relabelled 1 image as "green"');
  await expect(page.getByText('9 of 30 images shown')).toBeVisible();
  await grid(page).focus();
  await page.keyboard.press('Control+z');
  await expect(page.getByText('10 of 30 images shown')).toBeVisible();
  await page.keyboard.press('Control+Shift+z');
  await expect(page.getByText('9 of 30 images shown')).toBeVisible();

  await page.reload();
  await expect(page.getByText('9 of 30 images shown')).toBeVisible(); // the filter is stored
  await page.getByRole('button', { name: 'Clear all', exact: true }).click();
  await expect(page.getByText('27 images · 3 excluded · 3 classes')).toBeVisible();
  await expect(changes(page)).toHaveCount(3);
  await expect(classes.getByRole('button', { name: /^red/ })).toContainText('6 · 3 excluded');
  await expect(classes.getByRole('button', { name: /^green/ })).toContainText('11');
  await page.getByRole('radio', { name: 'Excluded' }).click();
  await expect(tiles(page)).toHaveCount(3);
  await page.getByRole('radio', { name: 'All' }).click();
  await page.getByRole('searchbox').fill('<B>JO');
  await expect(tiles(page)).toHaveCount(1);
  await page.getByRole('searchbox').fill('%');
  await expect(page.getByText('No matching images')).toBeVisible();
  await page.getByRole('button', { name: 'Clear all filters' }).click();
  await expect(page.getByText('27 images · 3 excluded · 3 classes')).toBeVisible();
});

test('an action applies only to an image that is marked and named: none after a reload or a relabel out of the filter', async ({ page, served }) => {
  const fileOf = async (tile: Locator) => (await expect(tile).toHaveAttribute('title', /./), (await tile.getAttribute('title'))!);
  await pets(served, 0);
  const edits = async (): Promise<number> => (await served.call('curation.state', { dataset: 'pets' })).edits;
  await page.goto(`${served.url}#/images`);
  const bar = page.getByRole('toolbar', { name: 'Actions for selected images' });
  await expect(tiles(page).first()).toBeVisible();
  await expect(bar).toHaveCount(0);
  await page.keyboard.press('x');
  await page.keyboard.press('r');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.getByRole('region', { name: 'Classes' }).getByRole('button', { name: /^red/ }).click();
  await expect(page.getByText('10 of 30 images shown')).toBeVisible();
  await tiles(page).nth(3).click();
  const name = await fileOf(tiles(page).nth(4));
  await page.keyboard.press('r');
  await page.getByLabel('Class', { exact: true }).fill('green');
  await page.keyboard.press('Enter');
  await expect(page.getByText('9 of 30 images shown')).toBeVisible();
  await expect(bar).toHaveCount(0);
  await page.keyboard.press('x'); // nothing to exclude
  await grid(page).focus();
  await page.keyboard.press('ArrowRight');
  await expect(selected(page)).toHaveAttribute('title', name);
  await page.getByRole('radio', { name: 'Included' }).click();
  await expect(selected(page)).toHaveAttribute('title', name);
  const next = await fileOf(tiles(page).nth(4));
  await page.keyboard.press('x');
  await expect(page.getByText('8 of 30 images shown')).toBeVisible();
  await expect(selected(page)).toHaveCount(0);
  await expect(grid(page).locator('.focused')).toHaveAttribute('title', next); // and named
  await expect(page.getByRole('button', { name: next.split('/').at(-1)! })).toBeVisible();
  await expect.poll(edits).toBe(2);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Clear all', exact: true }).click();
  await page.getByRole('radio', { name: 'All' }).click();
  await page.reload();
  await expect(tiles(page).first()).toBeVisible();
  await expect(bar).toHaveCount(0);
  await page.keyboard.press('x');
  await page.setViewportSize({ width: 1000, height: 420 }); // the relabelled image moves out of sight, and stays named
  await tiles(page).filter({ hasText: 'blue' }).first().click();
  const moved = await fileOf(selected(page));
  await page.keyboard.press('r');
  await page.getByLabel('Class', { exact: true }).fill('red');
  await page.keyboard.press('Enter');
  await expect.poll(edits).toBe(3);
  const named = page.getByRole('button', { name: `${moved.split('/').at(-1)!} · red` });
  await expect(named).toBeVisible();
  await named.click();
  await expect(page.getByTitle(moved).first()).toBeInViewport();
  await page.keyboard.press('Escape');
  await expect(bar).toHaveCount(0);
});

test('training uses the curated data set', async ({ served }) => {
  await pets(served, 3);
  const summary = await served.call('datasets.get', { dataset: 'pets' });
  expect(summary.images).toBe(27);
  expect(summary.classes).toEqual({ red: 6, green: 11, blue: 10 });
  const { snapshot } = summary;
  const state = (): Promise<CurationState> => served.call('curation.state', { dataset: 'pets' });
  for (let n = 0; n < 3; n++) await served.call('curation.undo', { dataset: 'pets', position: (await state()).undoPosition! });
  const imported = await served.call('datasets.get', { dataset: 'pets' });
  expect(imported.images).toBe(30);
  expect(imported.snapshot).not.toBe(snapshot);
  for (let n = 0; n < 3; n++) await served.call('curation.redo', { dataset: 'pets', position: (await state()).redoPosition! });
  expect((await served.call('datasets.get', { dataset: 'pets' })).snapshot).toBe(snapshot);
});

test('the curated data set is exported as CSV', async ({ page, served }) => {
  await pets(served, 3);
  await page.goto(`${served.url}#/images`);
  await page.getByRole('button', { name: 'Data set actions' }).click();
  await page.getByRole('menuitem', { name: 'Export…' }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export CSV' }).click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^Pets .*\.csv$/);
  const lines = readFileSync(await file.path(), 'utf8')
    .trimEnd()
    .split('\r\n');
  expect(lines[0]).toBe('\ufefffile,class,imported class,split,tags,excluded,width,height,sha256');
  expect(lines).toHaveLength(31);
  expect(lines.filter((line) => line.includes(',yes,'))).toHaveLength(3);
  expect(lines.filter((line) => /,green,red,/.test(line))).toHaveLength(1);
  expect(lines.filter((line) => line.includes('ask <b>Jo</b>'))).toHaveLength(1);
});

test('two selected images are compared', async ({ page, served }) => {
  await pets(served, 0);
  await page.goto(`${served.url}#/images`);
  await tiles(page).nth(7).click();
  await tiles(page)
    .nth(9)
    .click({ modifiers: ['Control'] });
  await page.getByRole('button', { name: /^Compare these two/ }).click();
  await expect(page).toHaveURL(/#\/compare\?a=pets%2F\d+&b=pets%2F\d+/);
});

test('two images dragged to the slots of the dock are compared', async ({ page, served }) => {
  await pets(served, 0);
  await page.goto(`${served.url}#/images`);
  const dock = page.getByRole('group', { name: 'Compare', exact: true });
  const slot = (letter: string): Locator => dock.getByRole('group', { name: `Image ${letter}` });
  const idOf = async (nth: number): Promise<string> => (await tiles(page).nth(nth).getAttribute('id'))!.replace('image-', '');
  const drag = async (nth: number, to: () => Locator): Promise<void> => {
    await tiles(page).nth(nth).click(); // a drag takes the selection
    await tiles(page).nth(nth).hover();
    await page.mouse.down();
    await page.mouse.move(500, 500);
    await page.mouse.move(505, 500);
    await to().hover();
    await page.mouse.up();
  };
  await expect(dock).toHaveCount(0);
  const [first, second] = [await idOf(1), await idOf(4)];
  await drag(1, () => slot('B'));
  await expect(dock).toHaveCount(0);
  await expect(page.getByText('Image B is set. Drag or choose another as A.')).toHaveCount(2); // shown, and announced to screen readers
  await drag(4, () => slot('A'));
  await expect(page).toHaveURL(new RegExp(`#/compare\\?a=pets%2F${second}&b=pets%2F${first}`));
});

test('two selected images dragged to Compare are compared; a drag from the background selects with a frame', async ({ page, served }) => {
  await pets(served, 0);
  await page.goto(`${served.url}#/images`);
  await tiles(page).nth(2).click();
  await tiles(page)
    .nth(6)
    .click({ modifiers: ['Control'] });
  await tiles(page)
    .nth(6)
    .dragTo(page.getByRole('link', { name: /^Compare/ }));
  await expect(page).toHaveURL(/#\/compare\?a=pets%2F\d+&b=pets%2F\d+/);

  await page.goto(`${served.url}#/images`);
  await expect(tiles(page).first()).toBeVisible();
  const [from, to] = [(await tiles(page).nth(0).boundingBox())!, (await tiles(page).nth(2).boundingBox())!];
  await page.mouse.move(from.x + 10, from.y + 10);
  await page.mouse.down();
  await page.mouse.move(to.x + 20, to.y + 20, { steps: 4 });
  await page.mouse.up();
  await expect(selected(page)).toHaveCount(3);
});

test('a moved folder is reported and relocated; a changed file shows its reason', async ({ page, served }) => {
  const folder = join(served.workspace, 'source', 'Birds');
  await drawColours(folder, 4);
  const [odd] = readdirSync(join(folder, 'red'));
  appendFileSync(join(folder, 'red', odd!), 'another content than in the other data set, whose previews are cached');
  await served.job('datasets.import', { folder, name: 'Birds' });
  const moved = join(served.workspace, 'source', 'Birds moved');
  renameSync(folder, moved);
  await page.goto(`${served.url}#/images?sheet=datasets`);
  await page
    .getByRole('list', { name: 'Data sets' })
    .getByRole('button', { name: /^Birds/ })
    .click();
  await expect(page.getByRole('alert').filter({ hasText: 'Folder not found' })).toContainText(folder);
  await expectAccessible(page);
  const relocate = (to: string): Promise<unknown> => served.call('datasets.relocate', { dataset: 'birds', folder: to });
  await expect(relocate(served.workspace)).rejects.toMatchObject({ code: 'bad-dataset' });
  await expect(relocate(folder)).rejects.toMatchObject({ code: 'not-found' });
  await expect(relocate(moved)).resolves.toMatchObject({ root: moved, images: 12 });
  writeFileSync(join(moved, 'red', odd!), 'changed');
  await page.reload();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(page.getByRole('option', { name: /can’t be displayed: .*changed since it was imported/ })).toHaveCount(1);
});

test('a data set is removed from the list and restored', async ({ page, served }) => {
  await pets(served, 0);
  if ((await served.call('datasets.list', {})).length === 1) await importImages(served, 'Birds', 4);
  await page.goto(`${served.url}#/images?sheet=datasets`);
  await expect(page.getByRole('list', { name: 'Data sets' }).getByRole('listitem')).toHaveCount(2);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Remove Birds from list' }).click();
  await expect(page.getByRole('list', { name: 'Data sets' }).getByRole('listitem')).toHaveCount(1);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('list', { name: 'Data sets' }).getByRole('listitem')).toHaveCount(2);
});
