import type { Page } from '@playwright/test';
import { cellWords, shareText } from '../../src/shared/match-words.ts';
import { hasMatches, matchesOfCell, strongestPairs } from '../../src/shared/matches.ts';
import { expect, test, trainedRun } from './kit.ts';
import { axeIn, serious } from './serious.ts';

test.use({ atStart: 'trained' });

/** Matching spots of a pair, and the nearest labelled examples. */

const details = (page: Page) => page.getByRole('complementary', { name: 'Verdict and evidence' });

test('matching spots: lines and a table of the strongest; the spot under the keyboard cursor; a pinned spot', async ({ page, served }) => {
  const { dataset, run } = await trainedRun(served);
  await page.goto(`${served.url}#/compare?run=${run}&a=${dataset}/2&b=${dataset}/22`);
  await page.locator('[data-verdict]').waitFor();
  await page.keyboard.press('m');
  const lines = page.locator('svg[data-matches]');
  await expect(lines).not.toHaveAttribute('data-matches', '0');
  const { row } = await served.call('compare.explain', { run, a: { dataset, id: 2 }, b: { dataset, id: 22 } });
  const pair = await served.call('compare.matches', { comparison: row.comparison });
  if (!hasMatches(pair)) throw new Error(pair.none);
  const strongest = strongestPairs(pair);
  await expect(lines).toHaveAttribute('data-matches', String(strongest.length));
  const table = details(page).getByRole('table', { name: /strongest pairs/ });
  await expect(table.getByRole('row')).toHaveCount(strongest.length + 1);
  await expect(table.getByRole('row').nth(1)).toContainText(shareText(pair, strongest[0]!.share));
  await expect(page.locator('[data-pane] canvas')).toHaveCount(0); // no maps below the lines
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await serious(page, axeIn(colorScheme, page))).toEqual([]);
  }

  const pane = page.locator('[data-pane="b"]');
  await pane.focus();
  await page.keyboard.press('ArrowRight'); // shows the cursor in the middle
  const caption = details(page).getByRole('table', { name: /^Matches of B, / });
  await expect(caption).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(details(page).getByRole('button', { name: 'Unpin spot' })).toBeVisible();
  await page.locator('[data-pane="a"]').hover(); // a kept spot stays
  await expect(caption).toBeVisible();
  const words = (await caption.locator('caption').innerText()).slice('Matches of B, '.length);
  const cell = Array.from({ length: pair.width * pair.height }, (_, i) => i).find((i) => cellWords(pair, i) === words)!;
  await expect(caption.getByRole('row').nth(1)).toContainText(cellWords(pair, matchesOfCell(pair, 1, cell)[0]!.a));
  await pane.focus();
  await page.keyboard.press('Escape');
  await expect(details(page).getByRole('button', { name: 'Unpin spot' })).toHaveCount(0);
  await page.keyboard.press('m');
  await expect(lines).toHaveCount(0);
});

test('nearest labelled examples: read once, then listed; one is opened as B, another shown in Images', async ({ page, served }) => {
  const { dataset, run } = await trainedRun(served);
  await page.goto(`${served.url}#/compare?run=${run}&a=${dataset}/3&b=${dataset}/23`);
  const section = details(page).getByRole('region', { name: 'Nearest labelled examples' });
  const list = section.getByRole('list', { name: 'Nearest to A' });
  const find = section.getByRole('button', { name: 'Find examples' });
  await expect(find.or(list)).toBeVisible(); // another test may have read them
  if (await find.isVisible()) await find.click();
  await expect(list.getByRole('button')).toHaveCount(5);
  await expect(section).toContainText('never from test images');
  await list.getByRole('button').first().click();
  await page.getByRole('menuitem', { name: 'Compare as B' }).click();
  await expect.poll(() => new URL(page.url()).hash).not.toContain(`b=${dataset}%2F23`);
  await expect(list.getByRole('button')).toHaveCount(5);
  const name = (await list.getByRole('button').nth(1).getAttribute('aria-label'))!.split(',')[0]!;
  await list.getByRole('button').nth(1).click();
  await page.getByRole('menuitem', { name: 'Show in Images' }).click();
  await expect(page.getByRole('searchbox')).toHaveValue(new RegExp(name));
});
