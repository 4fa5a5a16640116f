import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { CatalogueEntry } from '../../../src/main/nn/weights/catalogue.ts';
import { fetchWeights } from '../../../src/main/nn/weights/download.ts';
import { errorOf, scratchFolder } from './specs.ts';

const url = 'http://weights.invalid/net';
const [model, shard] = ['model.json', 'group1-shard1of1.bin'].map((name) => ({ name, url: `${url}/${name}`, bytes: null, sha256: null }));
const entry: CatalogueEntry = {
  id: 'small_net',
  backbone: 'mobilenet_v2_035',
  format: 'tfjs-layers',
  files: [model!, shard!],
  tensorsSha256: '0'.repeat(64),
  licence: 'MIT',
  licenceUrl: 'https://example.org',
  preprocessing: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  flavour: 'keras',
  about: 'A test.',
};
const adviceFor = async (one: CatalogueEntry): Promise<string> =>
  (await errorOf(() => fetchWeights(one, join(scratchFolder(), 'cache')), 'offline')).message;

it('the advice for an offline computer names every file of a TF.js model', async () => {
  expect(await adviceFor(entry)).toContain(
    `download ${url}/model.json and ${url}/group1-shard1of1.bin yourself into one folder and use its model.json.`,
  );
  expect(await adviceFor({ ...entry, files: [model!] })).toContain(
    `download ${url}/model.json and the shards that it names yourself into one folder and use its model.json.`,
  );
});
