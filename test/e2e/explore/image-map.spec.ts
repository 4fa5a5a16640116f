import sharp from 'sharp';
import { analysedRun, expect, test } from '../kit.ts';
import { axeIn, serious } from '../serious.ts';

test.use({ atStart: 'trained' });

/** The map of a data set: drawn once, then circled, repaired and undone, with the mouse and by keyboard. */

test('images are circled on the map and excluded', async ({ page, served }) => {
  const { dataset } = await analysedRun(served);
  const area = page.getByRole('application', { name: /^Map of 36 images/ });
  const legend = page.getByRole('list', { name: 'Legend' });
  const status = page.getByText(/^(\d+ images? selected|Nothing selected)$/);

  await test.step('it is drawn from the analysis', async () => {
    await page.goto(`${served.url}#/explore?tab=map&dataset=${dataset}`);
    await page.getByRole('combobox', { name: 'Encoder' }).selectOption({ label: 'Run 1' });
    await page.getByRole('button', { name: 'Draw the map' }).click();
    await expect(page.getByText(/^36 images laid out by UMAP/)).toBeVisible();
    await expect(page.getByText('the distance between two clusters, their sizes and the axes mean little')).toBeVisible();
    await expect(legend.getByRole('button')).not.toHaveCount(0);
  });

  await test.step('WebGL draws points under the page’s policy', async () => {
    await page.getByRole('checkbox', { name: 'Thumbnails' }).uncheck();
    const coloured = async (): Promise<number> => {
      const { data, info } = await sharp(await area.screenshot())
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      const isColoured = (at: number): boolean => Math.max(...data.subarray(at, at + 3)) - Math.min(...data.subarray(at, at + 3)) > 60;
      return Array.from({ length: info.width * info.height }, (_, i) => 3 * i).filter(isColoured).length;
    };
    await expect.poll(coloured).toBeGreaterThan(36 * 10);
  });

  await test.step('a lasso around all of it selects all; Escape clears', async () => {
    await page.getByRole('radio', { name: 'Lasso' }).click();
    const box = (await area.boundingBox())!;
    await page.mouse.move(box.x + 3, box.y + 3);
    await page.mouse.down();
    for (const [x, y] of [
      [box.width - 3, 3],
      [box.width - 3, box.height - 3],
      [3, box.height - 3],
      [3, 6],
    ] as const)
      await page.mouse.move(box.x + x, box.y + y, { steps: 3 });
    await page.mouse.up();
    await expect(status).toHaveText('36 images selected');
    await page.keyboard.press('Escape');
    await expect(status).toHaveText('Nothing selected');
  });

  await test.step('the list has the same images by keyboard: one is excluded, seen by colour, and included again', async () => {
    const list = page.getByRole('listbox', { name: /^Images in view/ });
    await expect(list.getByRole('option')).toHaveCount(36);
    await list.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    await expect(status).toHaveText('1 image selected');
    await page.keyboard.press('x');
    await page.getByRole('combobox', { name: 'Colour by' }).selectOption('excluded');
    await expect(legend.getByRole('button', { name: 'excluded 1' })).toBeVisible();
    await page.getByRole('button', { name: /^Undo: Excluded 1 image/ }).click();
    await expect(legend.getByRole('button', { name: 'included 36' })).toBeVisible();
    await expect(legend.getByRole('button', { name: 'excluded 1' })).toHaveCount(0);
  });

  await test.step('nothing is wrong for screen readers, in both themes and the smallest window', async () => {
    await page.setViewportSize({ width: 1024, height: 700 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await serious(page, axeIn(colorScheme, page))).toEqual([]);
    }
  });

  await test.step('the selection opens in Images', async () => {
    await page.getByRole('listbox', { name: /^Images in view/ }).focus();
    await page.keyboard.press('Control+a');
    await page.getByRole('button', { name: 'Show in Images' }).click();
    await expect(page.getByText('36 images selected on the map')).toBeVisible();
  });
});
