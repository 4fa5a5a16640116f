import type { Locator, Page } from '@playwright/test';
import { expect, importColours, type ServedWorkbench, test } from './kit.ts';
import { serious } from './serious.ts';

const tiles = (page: Page): Locator => page.getByRole('listbox', { name: 'Images' }).getByRole('option');

/** A data set of 36 images in 3 classes without edits. */
async function unedited(served: ServedWorkbench): Promise<string> {
  const known = (await served.call('datasets.list', {}))[0];
  const dataset = known?.dataset ?? (await importColours(served));
  const last = async (): Promise<number | null> => (await served.call('curation.state', { dataset })).undoPosition;
  for (let position = await last(); position !== null; position = await last()) await served.call('curation.undo', { dataset, position });
  return dataset;
}

for (const pause of [150, 30])
  test(`every key arrives: X and the arrow 20 times every ${pause} ms, then undo every 50 ms`, async ({ page, served }) => {
    const dataset = await unedited(served);
    const ids = Array.from((await served.call('images.find', { dataset })).ids);
    const excluded = async (): Promise<number[]> => Array.from((await served.call('images.find', { dataset, state: 'excluded' })).ids);
    const history = async (): Promise<number> => (await served.call('curation.state', { dataset })).edits;
    await page.goto(`${served.url}#/images`);
    await tiles(page).first().click();
    for (let n = 0; n < 20; n++) {
      await page.keyboard.press('x');
      await page.waitForTimeout(pause);
      await page.keyboard.press('ArrowRight');
      await page.waitForTimeout(pause);
    }
    await expect.poll(excluded).toEqual(ids.slice(0, 20));
    expect(await history()).toBe(20);
    await expect(page.getByText('16 images · 20 excluded')).toBeVisible();
    for (let n = 0; n < 15; n++) {
      await page.keyboard.press('Control+z');
      await page.waitForTimeout(50);
    }
    await expect.poll(excluded).toEqual(ids.slice(0, 5));
    await expect(page.getByText('31 images · 5 excluded')).toBeVisible();
    await page.keyboard.press('x'); // and its undo before any answer
    await page.keyboard.press('Control+z');
    await expect.poll(history).toBe(5);
    await page.waitForTimeout(300);
    expect(await excluded()).toEqual(ids.slice(0, 5));
    await expect(page.getByRole('alert')).toHaveCount(0);
  });

test('text dialogs focus their field, so that a space is typed; no message covers a button or changes the view’s size', async ({ page, served }) => {
  await unedited(served);
  await page.goto(`${served.url}#/images`);
  await tiles(page).first().click();
  await page.keyboard.press('t');
  const dialog = page.getByRole('dialog', { name: 'Tag 1 image' });
  await expect(dialog.getByLabel('Tag', { exact: true })).toBeFocused();
  await page.keyboard.type('ask the vet');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'History' }).getByRole('listitem').first()).toContainText('Tagged 1 image "ask the vet"');
  await page.keyboard.press('?'); // no field: a space closes nothing
  const help = page.getByRole('dialog').first();
  await expect(help).toBeVisible();
  await page.keyboard.press(' ');
  await expect(help).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(help).toBeHidden();
  for (const size of [page.viewportSize()!, { width: 800, height: 560 }]) {
    await page.setViewportSize(size);
    const messages = page.getByRole('region', { name: 'Messages' });
    while ((await messages.count()) > 0) await messages.getByRole('button', { name: 'Dismiss' }).click();
    const before = await page.getByRole('main').boundingBox();
    await tiles(page).nth(1).click();
    await page.keyboard.press('x');
    await page.keyboard.press('x');
    await page.waitForTimeout(300);
    await expect(messages.getByRole('group', { name: 'Message' })).toHaveCount(1); // the second replaces the first
    const box = (await messages.boundingBox())!;
    for (const part of [page.getByRole('main'), page.getByRole('navigation').first(), page.getByRole('contentinfo', { name: 'Activity' })]) {
      const other = (await part.boundingBox())!; // clips its buttons
      const apart =
        other.y + other.height <= box.y || other.y >= box.y + box.height || other.x + other.width <= box.x || other.x >= box.x + box.width;
      expect(apart, `${await part.getAttribute('aria-label')}`).toBe(true);
    }
    expect(await page.getByRole('main').boundingBox()).toEqual(before);
  }
});

test('images have a menu, large tiles their size in pixels, classes a heading that stays, and the large view zooms', async ({ page, served }) => {
  await unedited(served);
  await page.goto(`${served.url}#/images`);
  const grid = page.getByRole('listbox', { name: 'Images' });
  const selected = grid.getByRole('option', { selected: true });
  await tiles(page).nth(1).click();

  await test.step('Shift+F10 and a right click open a menu for the selected images', async () => {
    const menu = page.getByRole('menu');
    await page.keyboard.press('Shift+F10');
    await expect(menu.getByRole('menuitem')).toHaveText([/Open large view/, 'Find similar', /Set as A/, /Exclude/, /Relabel/, /Tag/, 'Copy path']);
    expect(await serious(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await expect(menu).toHaveCount(0);
    await expect(grid).toBeFocused();
    await tiles(page).nth(4).click({ button: 'right' });
    await expect(selected).toHaveAttribute('aria-posinset', '5');
    await menu.getByRole('menuitem', { name: /Exclude/ }).click();
    await expect(selected).toContainText('excluded');
    await page.keyboard.press('Control+z');
    await expect(selected).not.toContainText('excluded');
  });
  await test.step('large tiles show the size of each image; the heading of a class stays in view', async () => {
    await page.getByRole('radio', { name: 'L', exact: true }).click();
    await expect(tiles(page).first()).toContainText(/\.png · \d+ × \d+$/);
    await grid.evaluate((list) => (list.scrollTop = 150));
    const heading = page.locator('.grid .heading').first();
    await expect.poll(async () => (await heading.boundingBox())!.y - (await grid.boundingBox())!.y).toBe(0);
  });
  await test.step('the large view zooms by keys', async () => {
    await tiles(page).first().dblclick();
    const large = page.getByRole('region', { name: 'Large view' });
    await expect(large.getByRole('img')).toHaveJSProperty('complete', true);
    const bar = large.locator('.top');
    const shown = await bar.screenshot();
    await grid.evaluate((list) => (list.style.visibility = 'hidden'));
    expect(shown.equals(await bar.screenshot())).toBe(true); // the heading of a class does not cover it
    const across = async (): Promise<number> => Math.round((await large.getByRole('img').boundingBox())!.width);
    const whole = await across();
    await page.keyboard.press('+');
    expect(await across()).toBe(Math.round(1.25 * whole));
    await page.keyboard.press('z');
    await page.keyboard.press('z'); // fits, then one pixel of the image on one of the screen
    expect(await across()).toBe(await large.getByRole('img').evaluate((img: HTMLImageElement) => img.naturalWidth));
    await page.keyboard.press('0');
    expect(await across()).toBe(whole);
  });
});
