import { join } from 'node:path';
import { drawPlanted } from '../../features/duplicates/draw-planted.ts';
import { expect, test } from '../kit.ts';
import { axeIn, serious } from '../serious.ts';

test.use({ atStart: 'trained' }); // as the other files of the folder

test('duplicates are listed as stacks and repaired by keys', async ({ page, served }) => {
  const folder = join(served.workspace, 'source', 'Planted <b>set</b>');
  await drawPlanted(folder);
  const { result } = await served.job('datasets.import', { folder, name: 'Planted <b>set</b>' });
  const dataset = result!['dataset']!;
  const source = { encoder: 'patches', weights: null };
  await served.job('embeddings.start', { dataset, source });
  await page.goto(`${served.url}#/explore?tab=duplicates&dataset=${dataset}`);
  const stacks = page.getByRole('listbox', { name: /duplicates/ });
  await expect(
    page.getByText('3 stacks of 6 images among 13: 0 with the same pixels, 3 near; 1 in training and in another split, 1 of several classes.'),
  ).toBeVisible();
  await expect(stacks).toHaveCount(3);

  await test.step('nothing is wrong for screen readers, in both themes and the smallest window', async () => {
    await page.setViewportSize({ width: 1024, height: 700 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await serious(page, axeIn(colorScheme, page))).toEqual([]);
    }
  });

  await test.step('K keeps one image of a stack, U takes it back', async () => {
    const first = stacks.first().getByRole('option');
    await first.first().focus();
    await page.keyboard.press('k');
    await expect(page.getByText('Done: one is kept')).toBeVisible();
    await expect(first.nth(1)).toContainText('Excluded');
    await page.keyboard.press('u');
    await expect(page.getByText('Done: one is kept')).toHaveCount(0);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await expect(stacks.nth(1).getByRole('option').nth(1)).toBeFocused();
  });

  await test.step('D says that a pair is no duplicate; its undo brings the stack back', async () => {
    await page.keyboard.press('d');
    await expect(stacks).toHaveCount(2);
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await expect(stacks).toHaveCount(3);
  });

  await test.step('the training image of a leak is excluded with one click', async () => {
    await page.getByRole('radio', { name: 'Leaks (1)' }).click();
    await expect(stacks).toHaveCount(1);
    await page.getByRole('button', { name: 'Exclude these from training' }).click();
    await expect(page.getByText('Done: one is kept')).toBeVisible();
    const { splits } = (await served.call('datasets.get', { dataset })) as { splits: { train: number } };
    expect(splits.train).toBe(7);
  });

  await test.step('the slider shows at once what lies at the border', async () => {
    await page.getByRole('radio', { name: /^All/ }).click();
    await expect(page.getByRole('region', { name: 'Just in' }).getByRole('button')).toHaveCount(3);
    await page.getByRole('slider', { name: 'Lowest score' }).press('End'); // 0.99
    const inside = await page.getByRole('region', { name: 'Just in' }).getByRole('button').count();
    await expect(page.getByRole('region', { name: 'Just out' }).getByRole('button')).toHaveCount(3 - inside);
    expect(inside).toBeLessThan(3);
  });
});
