import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

test('a training that fails before it has a run says why on the page, with what to do', async ({ page, served }) => {
  const dataset = await importColours(served, 6, 'unweighted');
  const other = join(served.workspace, 'other.safetensors'); // intact, of no known network: found out after the start
  const header = Buffer.from(JSON.stringify({ x: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } }));
  const length = Buffer.alloc(8);
  length.writeUInt32LE(header.length);
  writeFileSync(other, Buffer.concat([length, header, Buffer.alloc(8)]));
  await page.goto(`${served.url}#/train`);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await served.call('runs.start', { dataset, weights: other, backbone: 'mobilenet_v2_035' });
  const reason = page.getByRole('main').getByRole('alert');
  await expect(reason).toContainText('Training on unweighted failed.');
  await expect(reason).toContainText('These weights are for another network than mobilenet_v2_035');
  await page.reload();
  await expect(reason).toContainText('These weights are for another network than mobilenet_v2_035');
});
