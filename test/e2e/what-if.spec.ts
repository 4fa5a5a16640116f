import type { Page } from '@playwright/test';
import { expect, test, trainedRun, type ServedWorkbench } from './kit.ts';
import { serious } from './serious.ts';

/** Editing the two images by hand, with real pointer and key events in a real browser. */

async function openPair(page: Page, served: ServedWorkbench): Promise<void> {
  const { dataset, run } = await trainedRun(served);
  const { ids } = await served.call('images.find', { dataset, splits: ['test'] });
  const rows = await served.call('images.rows', { dataset, ids: [...ids] });
  const other = rows.find((row) => row.className !== rows[0]!.className)!;
  await page.goto(`${served.url}#/compare?run=${run}&a=${dataset}/${rows[0]!.id}&b=${dataset}/${other.id}`);
  await page.locator('[data-verdict]').waitFor();
}

/** Drags over an image from one position to another, 0..1 across and down. */
async function drag(page: Page, letter: 'a' | 'b', from: [number, number], to: [number, number], button: 'left' | 'middle' = 'left'): Promise<void> {
  const box = (await page.locator(`[data-pane=${letter}] img`).first().boundingBox())!;
  const at = ([u, v]: [number, number]): [number, number] => [box.x + u * box.width, box.y + v * box.height];
  await page.mouse.move(...at(from));
  await page.mouse.down({ button });
  await page.mouse.move(...at([(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]), { steps: 4 });
  await page.mouse.move(...at(to), { steps: 4 });
  await page.mouse.up({ button });
}

const answered = (page: Page): Promise<void> => page.locator('[data-what-if=answered]').waitFor();
const distance = async (page: Page): Promise<number> => {
  await answered(page);
  return Number(await page.locator('[data-after=distance]').textContent());
};
/** Alpha at a position of an image's replaced pixels, 0..255. */
const alphaAt = (page: Page, letter: 'a' | 'b', u: number, v: number): Promise<number> =>
  page.locator(`[data-edited=${letter}]`).evaluate(
    async (image, [x, y]) => {
      const img = image as HTMLImageElement;
      await img.decode();
      const canvas = document.createElement('canvas');
      canvas.width = img.naturalWidth;
      canvas.height = img.naturalHeight;
      const context = canvas.getContext('2d')!;
      context.drawImage(img, 0, 0);
      return context.getImageData(Math.floor(x! * canvas.width), Math.floor(y! * canvas.height), 1, 1).data[3]!;
    },
    [u, v],
  );

test('parts of the images are replaced by hand: the network answers, undo takes back, a reload keeps, a saved edit is in the report', async ({
  page,
  served,
}) => {
  await openPair(page, served);
  await page.keyboard.press('i');
  await expect(page.getByRole('radiogroup', { name: 'Use of the images' }).getByRole('radio', { name: 'What if' })).toBeChecked();
  const before = await distance(page);
  await expect(page.locator('[data-pane] canvas')).toHaveCount(0);

  // A rectangle of the other image over all of A: the same pixels, so no distance. It stands where the pointer drew it.
  await page.getByRole('combobox', { name: 'Replace with' }).selectOption({ label: 'Other image' });
  await page.locator('[data-pane=a]').focus();
  await page.keyboard.press('r');
  await drag(page, 'a', [0.25, 0.25], [0.75, 0.5]);
  await answered(page);
  expect([await alphaAt(page, 'a', 0.5, 0.4), await alphaAt(page, 'a', 0.5, 0.6), await alphaAt(page, 'a', 0.2, 0.4)]).toEqual([255, 0, 0]);
  await expect(page.locator('[data-edited=b]')).toHaveCount(0);
  const half = await distance(page);
  expect(half).not.toBe(before);
  await drag(page, 'a', [0.001, 0.001], [1.02, 1.02]); // it may end outside the image
  await expect(page.locator('[data-after=same]')).toHaveCount(1);
  expect(await distance(page)).toBeLessThan(0.05);
  await page.keyboard.press('Control+z');
  await expect.poll(() => distance(page)).toBe(half);
  await page.keyboard.press('Control+z');
  await expect.poll(() => distance(page)).toBe(before);
  await page.keyboard.press('Control+Shift+z');
  await expect.poll(() => distance(page)).toBe(half);

  // Brush and eraser: the same stroke with both leaves nothing. The middle button pans and draws nothing.
  await page.keyboard.press('b');
  await drag(page, 'b', [0.3, 0.3], [0.7, 0.3]);
  await answered(page);
  expect(await alphaAt(page, 'b', 0.5, 0.3)).toBe(255);
  await page.keyboard.press('e');
  await drag(page, 'b', [0.2, 0.3], [0.8, 0.3]);
  await answered(page);
  expect(await alphaAt(page, 'b', 0.5, 0.3)).toBe(0);
  await page.keyboard.press('+');
  await drag(page, 'b', [0.5, 0.5], [0.6, 0.6], 'middle');
  await page.keyboard.press('0');
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  await expect.poll(() => distance(page)).toBe(half);

  // The keyboard places a rectangle, moves and resizes it; the new distance is announced.
  await page.locator('[data-pane=b] img').first().hover(); // the cursor is in the middle
  await page.locator('[data-pane=b]').focus();
  await page.keyboard.press('r');
  await page.keyboard.press('Enter');
  for (const key of ['ArrowRight', 'ArrowDown', 'Shift+ArrowRight', 'Enter']) await page.keyboard.press(key);
  await answered(page);
  expect([await alphaAt(page, 'b', 0.42, 0.42), await alphaAt(page, 'b', 0.37, 0.5), await alphaAt(page, 'b', 0.65, 0.6)]).toEqual([255, 0, 255]);
  await expect(page.getByRole('status').filter({ hasText: /^Distance \d.* instead of \d/ })).toHaveCount(1);
  await page.keyboard.down('p'); // held: the images before the edit
  await expect(page.locator('[data-edited]')).toHaveCount(0);
  await page.keyboard.up('p');
  const drawn = await distance(page);
  expect(await serious(page)).toEqual([]);

  // The draft survives a reload. It is saved with a note, and the report prints it.
  await expect(page.getByText('Draft stored')).toBeVisible();
  await page.reload();
  await expect.poll(() => distance(page)).toBe(drawn);
  await page.getByRole('textbox', { name: 'Note on the new edit' }).fill('Without the middle');
  await page.getByRole('button', { name: 'Save edit' }).click();
  await expect(page.getByRole('button', { name: /^Edit 1/, pressed: true })).toBeVisible();
  const { comparison, saved } = (await served.call('compare.list', {}))[0]!;
  expect(saved).toBe(true);
  const preview = await served.call('reports.preview', { title: '', comparisons: [comparison], part: 1 });
  expect(preview.html).toContain('Without the middle');
  await page.getByRole('button', { name: 'New edit' }).click();
  await expect.poll(() => distance(page)).toBe(before);
  await page.getByRole('button', { name: 'Delete Edit 1' }).click();
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await page.getByRole('button', { name: /^Edit 1 .*Without the middle/ }).click();
  await expect.poll(() => distance(page)).toBe(drawn);
  await page.keyboard.press('Escape');
  await page.keyboard.press('i');
  await expect(page.locator('[data-pane] canvas')).toHaveCount(2);
});
