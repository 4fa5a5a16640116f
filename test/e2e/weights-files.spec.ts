import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { backboneParams } from '../../src/main/nn/siamese.ts';
import { writeSafetensors } from '../../src/main/nn/weights/safetensors.ts';
import { expect, importColours, NO_HOST, test } from './kit.ts';
import { axeIn, serious } from './serious.ts';

/** Where networks come from: weights that can't be downloaded, weights files, and the models in the settings. */

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

/** A weights file of MobileNetV2 with width 0.35, all zeros. */
function writeWeights(path: string): void {
  const params = backboneParams({ backbone: 'mobilenet_v2_035', flavour: 'torch', size: 32, dim: 2 });
  const zeros = (shape: readonly number[]): Float32Array => new Float32Array(shape.reduce((product, n) => product * n, 1));
  writeSafetensors(path, new Map(params.map(({ name, shape }) => [name, { shape, data: zeros(shape) }])));
}

test('without a network the form says before the start what can be done, and keeps what was chosen', async ({ page, served }) => {
  const dataset = await importColours(served);
  await page.goto(`${served.url}#/train`);
  await page.getByRole('button', { name: 'Set up training' }).click();
  const encoder = page.getByLabel('Encoder', { exact: true });
  const field = page.locator('[data-field=weights]');
  await expect(page.getByRole('radio', { name: /^Without weights/ })).toHaveAttribute('aria-checked', 'true');
  await expect(field.getByRole('status')).toContainText(`${NO_HOST} can't be reached. So the form begins with patches`);
  const narrow = join(served.workspace, 'begin.safetensors');
  writeWeights(narrow);
  await page.goto(`${served.url}#/settings`);
  await served.call('weights.add', { path: narrow, backbone: 'mobilenet_v2_035', title: 'Begin', licence: null });
  await expect(page.getByRole('listitem', { name: 'Begin', exact: true })).toBeVisible();
  await page.goto(`${served.url}#/train?new=1`);
  await expect(encoder.locator('option:checked')).toHaveText('Begin'); // patches were chosen for want of weights
  await expect(field.getByRole('status')).toHaveCount(0);
  await encoder.selectOption('ResNet-18 (47 MB)');
  await expect(field.getByRole('alert')).toHaveText(`The weights of ResNet-18 are not on this computer, and ${NO_HOST} can't be reached.`);
  const more = page.getByRole('button', { name: /^More settings/ });
  await more.click();
  await page.getByLabel('Image size', { exact: true }).fill('64');
  await page.getByRole('button', { name: 'Start training' }).click();
  await expect(encoder).toBeFocused();
  expect(await served.call('jobs.list', {})).toHaveLength(2); // the import and the added weights
  expect(await serious(page, axeIn('dark', page))).toEqual([]);
  await expect(page.getByRole('main')).not.toContainText('--');

  const instead = page.getByRole('group', { name: 'Without this download' });
  await instead.getByRole('button', { name: 'Train with patches (no weights needed)' }).click();
  await expect(encoder.locator('option:checked')).toHaveText('Patches of your images');
  await encoder.selectOption('ResNet-18 (47 MB)');
  await instead.getByRole('button', { name: 'Train a small network from scratch' }).click();
  await expect(encoder.locator('option:checked')).toHaveText('Compact (Twinlens)');
  await expect(page.getByLabel('Image size', { exact: true })).toHaveValue('64');
  await expect(page.getByRole('button', { name: /^! Fix/ })).toHaveCount(0);

  await encoder.selectOption('ResNet-18 (47 MB)');
  await instead.getByRole('button', { name: 'Choose a weights file…' }).click();
  const picker = page.getByLabel('Weights files', { exact: true });
  const path = page.getByLabel('Weights file', { exact: true });
  await picker.setInputFiles([model]);
  await expect(path).toHaveValue(/model\.json$/);
  await expect(field).toContainText('group1-shard1of2');
  await picker.setInputFiles([shards[1]!, model, shards[0]!]);
  await expect(field).not.toContainText('group1-shard1of2');
  await expect(path).toHaveValue(/model\.json$/);

  const weights = join(served.workspace, 'narrow.safetensors');
  writeWeights(weights);
  await path.fill(weights);
  await expect(field.getByRole('alert')).toContainText('These weights are for another network than resnet18');
  await field.getByRole('button', { name: 'Use MobileNetV2, width 0.35' }).click();
  await expect(field.getByRole('alert')).toHaveCount(0);
  const { problems } = await served.call('runs.plan', { choices: { dataset, weights, backbone: 'mobilenet_v2_035' } });
  expect(problems).toEqual([]);
  const begin = (await served.call('models.list', {})).find(({ title }) => title === 'Begin')!;
  await served.call('models.remove', { id: begin.id });
});

test('a training that fails before it has a run says why on the page, with what to do', async ({ page, served }) => {
  const dataset = await importColours(served, 6, 'unweighted');
  await page.goto(`${served.url}#/train`);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await served.call('runs.start', { dataset, weights: 'resnet18_tv_in1k', backbone: 'resnet18' });
  const reason = page.getByRole('main').getByRole('alert');
  await expect(reason).toContainText('Training on unweighted failed.');
  await expect(reason).toContainText(`${NO_HOST} can't be reached`);
  await expect(reason).not.toContainText('--');
  await page.reload();
  await expect(reason).toContainText(`${NO_HOST} can't be reached`);
});

test('the settings list the models: a download fails without a network, continues with one, and is removed', async ({ page, served }) => {
  await page.goto(`${served.url}#/settings`);
  const models = page.getByRole('region', { name: 'Models', exact: true });
  const row = models.getByRole('listitem', { name: 'ConvNeXt-Tiny', exact: true });
  await expect(models.getByRole('listitem', { name: 'Compact (Twinlens)' })).toContainText('No weights needed');
  await expect(row).toContainText(/For download, about 11\d\sMB · MIT/);
  await row.getByRole('button', { name: 'Download' }).click();
  await expect(row.getByRole('alert')).toContainText(`${NO_HOST} can't be reached`);
  for (const theme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme: theme });
    expect(await serious(page, axeIn(theme, page).include('[data-section=models]'))).toEqual([]);
  }

  const host = createServer((_, response) => response.end('weights')).listen(0, '127.0.0.1');
  await once(host, 'listening');
  const catalogue = join(served.workspace, 'catalogue.json');
  writeFileSync(catalogue, readFileSync(catalogue, 'utf8').replaceAll(NO_HOST, `127.0.0.1:${(host.address() as AddressInfo).port}`));
  await row.getByRole('button', { name: 'Try again' }).press('Enter');
  await expect(models.getByRole('region', { name: 'On this computer' }).getByRole('listitem', { name: 'ConvNeXt-Tiny' })).toBeVisible();
  host.close();
  await row.getByText('Origin and files').click();
  await expect(row).toContainText(join(served.workspace, 'weights', 'convnext_tiny_fb_in22k_ft_in1k'));
  await row.getByRole('button', { name: 'Remove ConvNeXt-Tiny' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await expect(models.getByRole('region', { name: 'For download' }).getByRole('listitem', { name: 'ConvNeXt-Tiny' })).toBeVisible();
  expect(existsSync(join(served.workspace, 'weights', 'convnext_tiny_fb_in22k_ft_in1k'))).toBe(false);
});

test('a weights file is added to the models: what was found can be changed, and the form offers it', async ({ page, served }) => {
  await importColours(served, 6, 'for a model');
  await page.goto(`${served.url}#/settings`);
  const models = page.getByRole('region', { name: 'Models', exact: true });
  await models.getByRole('button', { name: 'Add a model…' }).click();
  const dialog = page.getByRole('dialog');
  const path = dialog.getByLabel('File or folder', { exact: true });
  await expect(path).toBeFocused();
  await path.fill(join(served.workspace, 'nothing.safetensors'));
  await path.press('Enter');
  await expect(dialog.getByRole('alert')).toContainText('Weights file not found');
  const file = join(served.workspace, 'my narrow net.safetensors');
  writeWeights(file);
  await path.fill(file);
  await path.press('Enter');
  const network = dialog.getByLabel('Network', { exact: true });
  await expect(network.locator('option:checked')).toHaveText('MobileNetV2, width 0.35');
  await network.selectOption('ResNet-18');
  await expect(dialog.getByRole('alert')).toContainText('These weights are for another network than resnet18');
  await expect(dialog.getByRole('button', { name: 'Add', exact: true })).toBeDisabled();
  expect(await serious(page)).toEqual([]);
  await network.selectOption('MobileNetV2, width 0.35');
  await dialog.getByLabel('Title', { exact: true }).fill('Narrow');
  await dialog.getByLabel('Licence', { exact: true }).fill('CC0-1.0');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(dialog).toHaveCount(0);
  await expect(models.getByRole('listitem', { name: 'Narrow', exact: true })).toContainText(/On this computer, 1\.[67]\sMB · CC0-1\.0/);
  await page.goto(`${served.url}#/train?new=1`);
  await page.getByLabel('Encoder', { exact: true }).selectOption('Narrow');
  await expect(page.getByRole('radio', { name: /^Quick/ })).toHaveAttribute('aria-checked', 'true');
  await expect(page.locator('[data-field=weights]').getByRole('alert')).toHaveCount(0);

  // Zeros tell no images apart; the comparison goes on with the other encoder, which a click takes into the form.
  await page.getByRole('button', { name: 'Compare encoders on these images' }).click();
  const compare = page.getByRole('dialog', { name: 'Compare encoders' });
  await expect(compare).toContainText('On this computer: patches and mobilenet_v2_035.');
  await compare.getByRole('button', { name: 'Compare', exact: true }).click();
  await expect(compare).toContainText('patches separates the validation pairs best', { timeout: 30_000 });
  const rows = compare.getByRole('rowgroup');
  await expect(rows.filter({ hasText: 'mobilenet_v2_035' })).toContainText('MobileNetV2, width 0.35');
  await expect(rows.filter({ hasText: 'mobilenet_v2_035' })).toContainText('CC0-1.0');
  await expect(rows.nth(1)).toContainText('Patches of your images'); // the best, after the head of the table
  expect(await serious(page)).toEqual([]);
  await compare.getByRole('rowgroup').filter({ hasText: 'patches' }).getByRole('button', { name: 'Train with this encoder' }).click();
  await expect(compare).toHaveCount(0);
  await expect(page.getByLabel('Encoder', { exact: true }).locator('option:checked')).toHaveText('Patches of your images');
});

test('an ONNX encoder is added: what was found, with a picture of what it sees, can be changed', async ({ page, served }) => {
  await page.goto(`${served.url}#/settings`);
  const models = page.getByRole('region', { name: 'Models', exact: true });
  await models.getByRole('button', { name: 'Add a model…' }).click();
  const dialog = page.getByRole('dialog');
  const path = dialog.getByLabel('File or folder', { exact: true });
  const text = join(served.workspace, 'text.onnx');
  writeFileSync(text, 'This is a text.');
  await path.fill(text);
  await path.press('Enter');
  await expect(dialog.getByRole('alert')).toHaveText('It is damaged or not an ONNX file. Download or export it again.');
  await expect(dialog.getByLabel('Title', { exact: true })).toHaveCount(0);
  await path.fill(resolve('test/nn/fixtures/onnx/map.onnx'));
  await path.press('Enter');
  await expect(dialog.getByLabel('Features', { exact: true })).not.toHaveValue('');
  await expect(dialog.getByRole('img', { name: 'What the network sees of one of your images' })).toBeVisible();
  await dialog.getByLabel('Pixels', { exact: true }).selectOption('CLIP');
  await expect(dialog.getByLabel('Mean', { exact: true })).toHaveValue(/^0\.48\d* 0\.45/);
  expect(await serious(page)).toEqual([]);
  await dialog.getByLabel('Title', { exact: true }).fill('My map');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(dialog).toHaveCount(0);
  const row = models.getByRole('listitem', { name: 'My map', exact: true });
  await expect(row).toContainText('On this computer');
  await row.getByRole('button', { name: 'Remove My map' }).click();
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await expect(row).toHaveCount(0);
});
