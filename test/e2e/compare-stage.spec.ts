import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import Database from 'better-sqlite3';
import { encodePng } from '../../src/main/compute/images/images.ts';
import { threeDigits } from '../../src/shared/format.ts';
import { encode } from '../../src/shared/wire.ts';
import { writeAt } from '../doors/cli/kit.ts';
import { expect, test, trainedRun, type ServedWorkbench } from './kit.ts';
import { serious } from './serious.ts';

test.use({ atStart: 'trained' });

/** What the stage of the compare view shows: scale, weak evidence, photographs without maps, cells, labels, layout, edits by hand. */

/** Two test images whose factual maps are not empty. */
async function openPair(page: Page, served: ServedWorkbench): Promise<{ run: string; scale: number; fullColour: number }> {
  const { dataset, run } = await trainedRun(served);
  const { ids } = await served.call('images.find', { dataset, splits: ['test'] });
  for (const b of [...ids].reverse()) {
    const [a] = ids;
    const { row } = await served.call('compare.explain', { run, a: { dataset, id: a! }, b: { dataset, id: b } });
    if (!row.images.every(({ strongest }) => strongest!.factual > 0)) continue;
    await page.goto(`${served.url}#/compare?run=${run}&a=${dataset}/${a}&b=${dataset}/${b}`);
    await page.locator('[data-verdict]').waitFor();
    return { run, scale: row.scale, fullColour: row.runScale!.fullColour };
  }
  throw new Error('Every pair has an empty map.');
}

const legend = (page: Page) => page.getByRole('img', { name: /^Scale of the map/ });

test('colours follow the scale of the run; stretching to the pair is a choice, stored when the pair is saved', async ({ page, served }) => {
  const { fullColour, scale } = await openPair(page, served);
  await expect(legend(page)).toHaveAccessibleName(new RegExp(`this run’s scale: from 0 to ${threeDigits(fullColour)};`));
  await page.keyboard.press('r');
  await expect(legend(page)).toHaveAccessibleName(new RegExp(`stretched to this pair: from 0 to ${threeDigits(scale)};`));
  await page.keyboard.press('Control+s');
  await expect(page.getByRole('button', { name: 'Saved', exact: true })).toBeVisible();
  await expect.poll(async () => (await served.call('compare.list', { saved: true }))[0]?.shownScale).toBe('pair');
  await page.keyboard.press('r');
  await expect(legend(page)).toHaveAccessibleName(/this run’s scale/);

  const [saved] = await served.call('compare.list', { saved: true });
  await page.goto(`${served.url}#/compare?c=${saved!.comparison}`);
  await page.reload();
  await expect(legend(page)).toHaveAccessibleName(/stretched to this pair/);
  const { html } = await served.call('reports.preview', { title: '', comparisons: [saved!.comparison], part: 1 });
  expect(html).toContain(`Colours are stretched to this pair, so they can’t be compared with other pairs: full colour is ${threeDigits(scale)}`);
  expect(html).toContain('80th percentile');
  await served.call('compare.remove', { comparison: saved!.comparison });
});

test('weak evidence has a mark with its rule, no contour and no location', async ({ page, served }) => {
  const multiplyScale = (factor: number): void => {
    const db = new Database(join(served.workspace, 'twinlens.sqlite'));
    db.prepare('UPDATE map_scales SET full_colour = full_colour * ?').run(factor);
    db.close();
  };
  await openPair(page, served);
  await expect(page.locator('[data-contour]').first()).toBeAttached();
  await expect(page.locator('[data-caption]').first()).toContainText('strongest point');
  multiplyScale(1000); // as for a run whose maps are usually a thousand times as strong
  try {
    await page.reload();
    await expect(page.getByText('Weak evidence', { exact: true })).toHaveCount(2);
    for (const key of ['f', 's', 'r']) {
      await page.keyboard.press(key);
      await expect(page.getByText('Weak evidence', { exact: true })).toHaveCount(2); // stretched colours, too
      await expect(page.locator('[data-contour]')).toHaveCount(0);
    }
    for (const caption of await page.locator('[data-caption]').all()) {
      await expect(caption).toContainText(/Weak evidence .*: strongest value .*, below .*, a tenth of this run’s full colour/);
      await expect(caption).not.toContainText('strongest point');
    }
    await expect(page.getByRole('row', { name: 'strongest point – –' })).toBeVisible();
    await page.keyboard.press('n');
    await expect(page.getByText('Weak evidence', { exact: true })).toHaveCount(0);
  } finally {
    multiplyScale(1 / 1000);
  }
});

test('one pair: photographs without maps, cells, labels, a cancelled scale, maps of an earlier judgement', async ({ page, served }) => {
  await openPair(page, served);

  await test.step('P held shows photographs without maps; G shows the cells; labels fade near the pointer, and L hides them', async () => {
    const maps = page.locator('[data-pane] canvas');
    const photo = page.locator('[data-pane=a] img');
    const filterOf = (): Promise<string> => photo.evaluate((img) => getComputedStyle(img).filter);
    expect(await filterOf()).toBe('saturate(0.3) brightness(0.8)'); // little colour, a little darker
    await page.keyboard.down('p');
    for (const map of await maps.all()) await expect(map).toBeHidden();
    expect(await filterOf()).toBe('none');
    await expect(page.locator('[data-label]')).toHaveCount(0);
    await page.keyboard.up('p');
    await expect(maps.first()).toBeVisible();
    await page.getByRole('button', { name: 'More map options' }).click();
    await page.getByRole('slider', { name: 'Darken' }).fill('0');
    await page.keyboard.press('Escape');
    expect(await filterOf()).toBe('saturate(0.3) brightness(1)');

    /** Columns of the painted map: neighbouring columns of one colour count as one. */
    const columns = (): Promise<number> =>
      maps.first().evaluate((canvas) => {
        const { width, height } = canvas as HTMLCanvasElement;
        const pixels = new Uint32Array((canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height).data.buffer);
        const column = (x: number): string => Array.from({ length: height }, (_, y) => pixels[y * width + x]).join(' ');
        return Array.from({ length: width }, (_, x) => x).filter((x) => x === 0 || column(x) !== column(x - 1)).length;
      });
    expect(await columns()).toBeGreaterThan(100);
    await page.keyboard.press('g');
    const caption = (await page.locator('[data-caption=A]').textContent())!;
    const cells = Number(/Map of (\d+)\u00a0×/.exec(caption)![1]);
    await expect.poll(columns).toBeLessThanOrEqual(cells);
    expect(await columns()).toBeGreaterThan(1);
    expect(await maps.first().evaluate((canvas) => getComputedStyle(canvas).imageRendering)).toBe('pixelated');
    await expect(page.locator('[data-contour]')).toHaveCount(0);
    await page.keyboard.press('g');

    const label = page.locator('[data-label=a]');
    const shownAt = (locator: Locator): Promise<DOMRect> => locator.evaluate((element) => element.getBoundingClientRect().toJSON() as DOMRect);
    expect((await shownAt(label)).bottom).toBeLessThanOrEqual((await shownAt(photo)).top); // there is room above the image
    for (let i = 0; i < 3; i++) await page.keyboard.press('+');
    expect((await shownAt(label)).top).toBeGreaterThan((await shownAt(photo)).top); // no room any more
    const box = (await label.boundingBox())!;
    await expect(label).toHaveCSS('opacity', '1');
    await page.mouse.move(box.x + box.width + 30, box.y + box.height + 30);
    await expect(label).toHaveCSS('opacity', '0');
    await page.mouse.move(0, 0);
    await expect(label).toHaveCSS('opacity', '1');
    await page.keyboard.press('l');
    await expect(page.locator('[data-label]')).toHaveCount(0);
    await page.keyboard.press('l');
  });

  await test.step('a cancelled measurement of the scale is named, and repeated only on request', async () => {
    const pair = page.url();
    let asked = 0;
    const cancelled = encode({ ok: false, error: { code: 'cancelled', message: 'Cancelled.', details: {} } });
    await page.route('**/call/compare.mapScale', (route) =>
      ++asked === 1 ? route.fulfill({ contentType: 'application/json', body: cancelled }) : route.continue(),
    );
    const gradcam = `${pair}&method=gradcam`;
    await page.goto(gradcam);
    await expect(legend(page)).toHaveAccessibleName(/measuring was cancelled/);
    await page.getByRole('button', { name: /ap options$/ }).click();
    await expect(page.getByRole('slider', { name: 'Darken' })).toBeVisible();
    await page.keyboard.press('Escape');
    await page.goto(pair);
    await expect(legend(page)).toHaveAccessibleName(/this run’s scale: from/);
    await page.goto(gradcam);
    await expect(legend(page)).toHaveAccessibleName(/measuring was cancelled/);
    expect(asked).toBe(1);
    await page.getByRole('button', { name: 'Measure again' }).click();
    await expect(legend(page)).toHaveAccessibleName(/this run’s scale: from/);
    expect(asked).toBe(2);
  });

  await test.step('a pair that was judged with other maps says so, with a link to that comparison', async () => {
    await page.goto(page.url().replace('&method=gradcam', ''));
    await expect(page.getByRole('combobox', { name: 'Method of the maps' })).toHaveValue('path');
    await page.keyboard.press('1');
    const agree = page.getByRole('button', { name: 'Agree', exact: true });
    await expect(agree).toHaveAttribute('aria-pressed', 'true');
    const judged = page.getByText(/^Judged “agree” with Path maps/);
    await expect(judged).toBeHidden();
    await page.goto(`${page.url()}&method=layercam`);
    await expect(judged).toBeVisible();
    await expect(agree).toHaveAttribute('aria-pressed', 'false');
    await page.keyboard.press('w');
    await expect(page.getByText(/^Judged “agree” with Path maps, with A and B swapped/)).toBeVisible();
    await page.getByRole('link', { name: 'open it' }).click();
    await expect(agree).toHaveAttribute('aria-pressed', 'true');
    await expect(judged).toBeHidden();
  });
});

for (const [name, width, height, layout] of [
  ['landscape', 1500, 600, 'column'], // larger than the stored photographs
  ['portrait', 200, 400, 'row'],
] as const)
  test(`at 1440 × 900 two ${name} images are shown as large as possible; Z shows their own size`, async ({ page, served }) => {
    const { run } = await trainedRun(served);
    const files: string[] = [];
    for (const value of [60, 200]) {
      const file = join(served.workspace, 'source', `${name}-${value}.png`);
      const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i % 3 === 0 ? value : i % 251));
      writeAt(file, await encodePng({ data, width, height }));
      await served.call('files.choose', { file });
      files.push(file);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
    const [a, b] = files.map((file) => encodeURIComponent(`file:${file}`));
    await page.goto(`${served.url}#/compare?run=${run}&a=${a}&b=${b}`);
    await page.locator('[data-verdict]').waitFor();
    const stage = page.locator('[data-layout]');
    await expect(stage).toHaveAttribute('data-layout', layout);
    const sizes = (): Promise<number[]> =>
      page.locator('[data-pane] img').evaluateAll((list) => list.map((img) => img.getBoundingClientRect().width));
    const { width: w, height: h } = (await stage.boundingBox())!;
    const [inRow, inColumn] = [Math.min((w - 10) / 2, (h * width) / height), Math.min(w, (((h - 10) / 2) * width) / height)];
    for (const shown of await sizes()) expect(Math.abs(shown - Math.max(inRow, inColumn))).toBeLessThan(1.5);
    await page.keyboard.press('z');
    for (const shown of await sizes()) expect(shown).toBeCloseTo(width, 1);
    const isLarge = width > 1024;
    await expect(page.locator('[data-pane=a] img')).toHaveAttribute('src', isLarge ? /\/file\// : /a-photo\.jpg/);
    await page.keyboard.press('z');
    for (const shown of await sizes()) expect(Math.abs(shown - Math.max(inRow, inColumn))).toBeLessThan(1.5);

    await page.getByRole('button', { name: 'Hide details' }).click();
    const strip = page.getByRole('region', { name: 'Verdict and judgement' });
    await strip.getByRole('button', { name: 'Unsure' }).click();
    await expect(strip.getByRole('button', { name: 'Unsure' })).toHaveAttribute('aria-pressed', 'true');
    await page.getByRole('button', { name: /^Show details/ }).click();
    await expect(strip).toHaveCount(0);
    await expect.poll(async () => (await served.call('settings.get', {})).sidebar).toBe(true); // stored, for the next test
  });

/** Two test images of different classes. Returns the comparison. */
async function openUnlikePair(page: Page, served: ServedWorkbench): Promise<string> {
  const { dataset, run } = await trainedRun(served);
  const { ids } = await served.call('images.find', { dataset, splits: ['test'] });
  const rows = await served.call('images.rows', { dataset, ids: [...ids] });
  const other = rows.find((row) => row.className !== rows[0]!.className)!;
  const [a, b] = [rows[0]!.id, other.id];
  await page.goto(`${served.url}#/compare?run=${run}&a=${dataset}/${a}&b=${dataset}/${b}`);
  await page.locator('[data-verdict]').waitFor();
  return (await served.call('compare.explain', { run, a: { dataset, id: a }, b: { dataset, id: b } })).row.comparison;
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
  const comparison = await openUnlikePair(page, served);
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
  expect((await served.call('compare.get', { comparison })).saved).toBe(true);
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
