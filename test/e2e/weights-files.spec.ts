import { expect, importColours, test } from './kit.ts';

/** Weights that consist of several files, chosen in the browser. */

const MODEL = {
  format: 'layers-model',
  modelTopology: {},
  weightsManifest: [{ paths: ['group1-shard1of2', 'group1-shard2of2'], weights: [{ name: 'a/kernel', shape: [2], dtype: 'float32' }] }],
};
const file = (name: string, content: string | Buffer): { name: string; mimeType: string; buffer: Buffer } => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: Buffer.from(content),
});
const model = file('model.json', JSON.stringify(MODEL));
const shards = [1, 2].map((i) => file(`group1-shard${i}of2`, Buffer.alloc(4)));

test('a TF.js model is chosen with its weight files, in any order; without them the field says what is missing', async ({ page, served }) => {
  const dataset = await importColours(served);
  await page.goto(`${served.url}#/train`);
  await page.getByRole('button', { name: 'Set up training' }).click();
  const more = page.getByRole('button', { name: /^More settings/ });
  if ((await more.getAttribute('aria-expanded')) === 'false') await more.click();
  await page.getByLabel('Initial weights', { exact: true }).selectOption('file…');
  const picker = page.getByLabel('Weights files', { exact: true });
  const path = page.getByLabel('Weights file', { exact: true });
  await picker.setInputFiles([model]);
  await expect(path).toHaveValue(/model\.json$/);
  await expect(page.locator('[data-field=weights]')).toContainText('group1-shard1of2');
  await picker.setInputFiles([shards[1]!, model, shards[0]!]);
  await expect(page.locator('[data-field=weights]')).not.toContainText('group1-shard1of2');
  await expect(path).toHaveValue(/model\.json$/);
  const { problems } = await served.call('runs.plan', { choices: { dataset, weights: await path.inputValue(), backbone: 'mobilenet_v2_035' } });
  expect(problems.filter(({ field }) => field === 'weights')).toEqual([]);
});
