import type { PairQueue } from '../../src/shared/pair-queue.ts';
import { decode, encode } from '../../src/shared/wire.ts';
import { expect, test, trainedRun } from './kit.ts';
import { serious } from './serious.ts';

test.use({ atStart: 'trained' });

/** The compare view in the smallest window and a laptop's, with the system's scaling or the page's zoom. */
for (const [name, width, height, share] of [
  ['1024 × 700', 1024, 700, 0.35],
  ['1024 × 700 at 125 %', 819, 560, 0.45],
  ['1024 × 700 at 150 %', 683, 467, 0.45],
  ['1024 × 700 at 200 %', 512, 350, 0.35],
  ['1440 × 900', 1440, 900, 0.4],
  ['1440 × 900 at 150 %', 960, 600, 0.45],
  ['1440 × 900 at 200 %', 720, 450, 0.45],
] as const)
  test(`the images fill most of ${name}; every control is named and one button away`, async ({ page, served }) => {
    const { dataset, run } = await trainedRun(served);
    await page.setViewportSize({ width, height });
    await page.goto(`${served.url}#/compare?run=${run}&a=${dataset}/0&b=${dataset}/13`);
    await expect(page.locator('[data-pane] img')).toHaveCount(2);
    const part = (): Promise<number> =>
      page
        .locator('[data-pane]')
        .evaluateAll((panes) => panes.reduce((sum, pane) => sum + pane.clientWidth * pane.clientHeight, 0) / (innerWidth * innerHeight));
    await expect.poll(part).toBeGreaterThan(share);

    // The verdict is visible, in the details or on their button; the button opens and folds them without losing the focus.
    const details = page.getByRole('complementary', { name: 'Verdict and evidence' });
    const opens = page.getByRole('button', { name: /^(Show|Hide) details/ });
    if (width <= 1000) {
      await expect(details).toBeHidden();
      await expect(opens).toContainText(/(Same|Different) \((right(, trained on (both|one))?|wrong)\) · .*% similar/);
      await opens.focus();
      await page.keyboard.press('Enter');
      await expect(details.locator('[data-verdict]')).toBeVisible();
      await expect(opens).toBeFocused();
      expect(await serious(page)).toEqual([]);
      await page.keyboard.press('Enter');
      await expect(details).toBeHidden();
    } else await expect(details.locator('[data-verdict]')).toBeVisible();

    const bounds = (): Promise<string> =>
      page.locator('[data-pane]').evaluateAll((panes) => JSON.stringify(panes.map((p) => p.getBoundingClientRect())));
    await expect(page.locator('[data-caption]').last()).toContainText(/Map of \d+/); // a moment after the images
    const before = await bounds();
    for (const map of ['Counterfactual', 'Signed', 'None', 'Factual']) {
      await page.getByRole('radio', { name: map, exact: true }).click();
      await expect(page.getByRole('radio', { name: map, exact: true })).toBeChecked();
      expect(await bounds(), `the images do not move: ${map}`).toBe(before);
    }
    for (const words of [/stretched to this pair/, /this run’s scale/]) {
      await page.keyboard.press('r');
      await expect(page.getByRole('img', { name: /^Scale of the map/ })).toHaveAccessibleName(words);
    }
    const more = page.getByRole('button', { name: /map options$/i });
    await more.focus();
    await page.keyboard.press('Enter');
    const rest = page.getByRole('group', { name: 'Map options' });
    await expect(rest).toBeVisible();
    for (const slider of ['Opacity', 'Contour', 'Darken', 'Grey']) await expect(page.getByRole('slider', { name: slider })).toHaveCount(1);
    await expect(rest.getByRole('combobox', { name: 'Colours of the maps' })).toBeVisible();
    for (const radio of ['this run', 'this pair', 'smooth', 'cells']) await expect(page.getByRole('radio', { name: radio })).toHaveCount(1);
    expect(await serious(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await expect(more).toBeFocused();

    // Nothing in the header or the tools is outside the window.
    const outside = await page
      .locator('main :is(header, .tools) :is(button, input, select, [role=img])')
      .evaluateAll((list) =>
        list
          .filter((one) => one.getBoundingClientRect().right > innerWidth || one.getBoundingClientRect().bottom > innerHeight)
          .map((one) => one.outerHTML),
      );
    expect(outside).toEqual([]);
  });

test('the bar of a queue shows its texts in full on a laptop', async ({ page, served }) => {
  const { run } = await trainedRun(served);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.route('**/call/compare.queue', async (route) => {
    const answer = decode(await (await route.fetch()).text()) as { value: PairQueue };
    const { pairs } = answer.value;
    answer.value = { ...answer.value, total: 12_345, pairs: Array.from({ length: 200 }, (_, i) => pairs[i % pairs.length]!) };
    await route.fulfill({ contentType: 'application/json', body: encode(answer) });
  });
  const bar = page.getByRole('group', { name: 'Queue of pairs' });
  await page.goto(`${served.url}#/compare?run=${run}&queue=wrong`);
  await expect(page.getByText('This queue has the first 200 of 12,345 pairs.').first()).toBeVisible();
  for (const split of ['test', 'valid'])
    for (const queue of ['confident', 'borderline']) {
      await page.goto(`${served.url}#/compare?run=${run}&queue=${queue}&split=${split}&n=200`);
      await expect(bar.getByText(/ judged/)).toBeVisible();
      await expect(page.locator('[data-verdict]')).toBeVisible();
      const cut = await bar.evaluate((row) =>
        [...row.children].filter((part) => {
          const { width } = part.getBoundingClientRect();
          (part as HTMLElement).style.flex = 'none';
          const whole = part.getBoundingClientRect().width;
          (part as HTMLElement).style.flex = '';
          return width > 0 && whole > width + 1 && !part.classList.contains('progress');
        }),
      );
      expect(cut.length, `${queue}, ${split}`).toBe(0);
    }

  // The names of both images are in the header in full, and its last button is inside it.
  const isWhole = (): Promise<boolean> =>
    page.locator('main header').evaluate((header) => {
      const names = [...header.querySelectorAll('h1 .cut')];
      const last = [...header.querySelectorAll('button')].at(-1)!;
      return (
        names.every((name) => name.scrollWidth <= name.clientWidth) && last.getBoundingClientRect().right <= header.getBoundingClientRect().right
      );
    });
  for (const width of [1440, 1280, 1200, 1024]) {
    await page.setViewportSize({ width, height: 800 });
    await expect.poll(isWhole, String(width)).toBe(true);
  }
});
