import type { Page } from '@playwright/test';
import type { ComparisonRow } from '../../src/shared/comparison.ts';
import { counterfactualFailure, counterfactualFailures, mapsClaim } from '../../src/shared/faithfulness-words.ts';
import { FLIP_MODES } from '../../src/shared/flip.ts';
import { flipWords } from '../../src/shared/flip-words.ts';
import { expect, test, trainedRun } from './kit.ts';
import { axeIn, serious } from './serious.ts';

test.use({ atStart: 'trained' });

/** The check of the maps and the flip test on the screen. */

const section = (page: Page) => page.getByRole('complementary', { name: 'Verdict and evidence' }).getByRole('region', { name: 'Check of the maps' });

test('maps are checked, and flipped, pair after pair', async ({ page, served }) => {
  const { dataset, run } = await trainedRun(served);

  await test.step('checks the maps of the shown pair: progress, then the badge with z and a sentence', async () => {
    await page.goto(`${served.url}#/compare?run=${run}&a=${dataset}/0&b=${dataset}/20`);
    await expect(section(page)).toContainText('Not checked yet.');
    await section(page).getByRole('button', { name: 'Check these maps' }).click();
    await expect(section(page).locator('[data-claim]')).toBeVisible();
    const row = (await served.call('compare.list', {})).find(({ check }) => check)!;
    const claim = mapsClaim(row.check!);
    await expect(section(page)).toContainText(claim.words);
    await expect(section(page)).toContainText(claim.sentence);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await serious(page, axeIn(colorScheme, page))).toEqual([]);
    }
    await page.reload(); // stored with the comparison
    await expect(section(page).locator('[data-claim]')).toHaveText(claim.words);
  });

  await test.step('a check that fails says why, and can be tried again', async () => {
    await page.goto(`${served.url}#/compare?run=${run}&a=${dataset}/1&b=${dataset}/21`);
    await expect(section(page)).toContainText('Not checked yet.'); // no longer the pair before
    await page.route('**/call/compare.check', (route) => route.fulfill({ status: 500, body: '' }), { times: 1 });
    await section(page).getByRole('button', { name: 'Check these maps' }).click();
    await expect(section(page).getByRole('alert')).toBeVisible();
    await section(page).getByRole('button', { name: 'Try again' }).click();
    await expect(section(page).locator('[data-claim]')).toBeVisible();
  });

  await test.step('the flip test: shares with their sentences, and what was blurred on the images, by keyboard too', async () => {
    await page.goto(`${served.url}#/compare?run=${run}&a=${dataset}/2&b=${dataset}/22`);
    await expect(section(page)).toContainText('Not checked yet.');
    const flip = page.getByRole('complementary', { name: 'Verdict and evidence' }).getByRole('region', { name: 'Flip test' });
    await flip.getByRole('button', { name: 'Run the flip test' }).click();
    await expect(flip.locator('[data-flip="remove-a"]')).toBeVisible();
    const row = (await served.call('compare.list', {})).find((one) => one.flip)!;
    const words = flipWords({ ...row, flip: row.flip! });
    for (const mode of FLIP_MODES) {
      for (const { part, ...claims } of words.rows) {
        await expect(flip.locator(`[data-flip="${mode}-${part}"]`)).toContainText(claims[mode].sentence);
        await expect(flip.locator(`[data-flip="${mode}-${part}"] [data-claim]`)).toHaveAttribute('data-claim', claims[mode].tone);
      }
    }
    const picture = (letter: 'a' | 'b') => page.locator(`[data-picture="${letter}"]`);
    const toggle = flip.locator('[data-flip="remove-b"]').getByRole('button');
    await toggle.focus();
    await page.keyboard.press('Enter');
    await expect(toggle).toHaveAttribute('aria-pressed', 'true');
    await expect.poll(() => picture('b').evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(row.flip!.side);
    await expect(picture('b')).toHaveAttribute('alt', /^Image B: .* blurred, as the network reads it/);
    await expect(picture('a')).toHaveCount(0);
    await expect(page.locator('[data-pane="a"]')).toContainText('Unchanged');
    await expect(page.locator('[data-pane] canvas')).toHaveCount(0); // no map over what the network saw
    await expect(page.getByRole('img', { name: /^Scale of the map/ })).toHaveCount(0);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await serious(page, axeIn(colorScheme, page))).toEqual([]);
    }
    await page.keyboard.press('f'); // a map again
    await expect(picture('b')).toHaveCount(0);
    await expect(page.locator('[data-pane] canvas')).toHaveCount(2);
    await expect(page.getByRole('img', { name: /^Scale of the map/ })).toHaveCount(1);
    await page.reload(); // stored with the comparison
    await expect(flip.locator('[data-flip]')).toHaveCount(6);
  });
});

test('a counterfactual map that fails its check is grey, and says so in words', async ({ page, served }) => {
  const { dataset, run } = await trainedRun(served);
  let failing: { row: ComparisonRow; i: 0 | 1 } | null = null;
  for (let n = 0; !failing && n < 144; n++) {
    const [a, b] = [n % 36, (n + 1 + 5 * Math.floor(n / 36)) % 36];
    const { row } = await served.call('compare.explain', { run, a: { dataset, id: a }, b: { dataset, id: b }, method: 'gradcam' });
    for (const i of [0, 1] as const) if (counterfactualFailure(row, i) !== null) failing = { row, i };
  }
  expect(failing).not.toBeNull();
  const { row, i } = failing!;
  await page.goto(`${served.url}#/compare?c=${row.comparison}`);
  await page.locator('[data-verdict]').waitFor();
  const canvas = page.locator(`[data-pane="${'ab'[i]!}"] canvas`);
  const filter = (): Promise<string> => canvas.evaluate((element) => getComputedStyle(element).filter);
  await page.keyboard.press('f');
  await expect.poll(filter).toBe('none');
  await page.keyboard.press('c');
  await expect.poll(filter).toBe('grayscale(1)');
  await expect(page.locator(`[data-pane="${'ab'[i]!}"]`)).toContainText('Fails its check');
  await expect(page.locator(`[data-caption="${'AB'[i]!}"]`)).toContainText(counterfactualFailure(row, i)!);
  await expect(section(page)).toContainText(counterfactualFailures(row)!);
  await page.keyboard.press('s'); // there only the counterfactual part is grey
  await expect.poll(filter).toBe('none');
  await expect(page.locator(`[data-pane="${'ab'[i]!}"]`)).toContainText('fails its check');
  await expect(page.locator(`[data-caption="${'AB'[i]!}"] .kind:not([aria-hidden=true])`)).toContainText(counterfactualFailure(row, i)!);
});

test('the gallery shows, filters and sorts by the badge, and checks what is selected', async ({ page, served }) => {
  const { dataset, run } = await trainedRun(served);
  const explained = [3, 4].map((n) => served.call('compare.explain', { run, a: { dataset, id: n }, b: { dataset, id: n + 20 } }));
  const saved = (await Promise.all(explained)).map(({ row }) => row.comparison);
  await served.call('compare.annotate', { comparison: saved[0]!, saved: true }); // checked in the background
  await page.goto(`${served.url}#/reports`);
  const cards = page.getByRole('list', { name: /^Saved comparisons/ }).getByRole('listitem');
  await expect(cards.first()).toContainText(/Maps (weakly |not )?supported/);
  const { check } = await served.call('compare.get', { comparison: saved[0]! });
  const { badge, words } = mapsClaim(check!);
  await expect(cards.first()).toContainText(words);
  await page.getByRole('combobox', { name: 'Maps' }).selectOption('unchecked');
  await expect(page.getByText('No matching comparisons')).toBeVisible();
  await page.getByRole('combobox', { name: 'Maps' }).selectOption(badge);
  await expect(cards).toHaveCount(1);
  await page.getByRole('combobox', { name: 'Order' }).selectOption('maps');
  await cards.first().getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Check maps' }).click();
  await expect(page.getByRole('group', { name: 'Message' })).toContainText('Checking the maps of a pair: the badges appear here');
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await serious(page, axeIn(colorScheme, page))).toEqual([]);
  }
});
