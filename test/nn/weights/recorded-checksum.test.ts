import { createHash } from 'node:crypto';
import { appendFileSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import type { CatalogueEntry } from '../../../src/main/nn/weights/catalogue.ts';
import { fetchWeights } from '../../../src/main/nn/weights/download.ts';
import { startFileServer } from './file-server.ts';
import { errorOf, scratchFolder } from './specs.ts';

const server = await startFileServer();
const cache = scratchFolder();
const target = join(cache, 'small_net', 'model.safetensors');
const content = new TextEncoder().encode('the first download');
const entry: CatalogueEntry = {
  id: 'small_net',
  backbone: 'resnet18',
  format: 'safetensors',
  files: [{ name: 'model.safetensors', url: `${server.url}/model.safetensors`, bytes: null, sha256: null }],
  checksum: 'recorded',
  licence: 'MIT',
  licenceUrl: 'https://example.org',
  preprocessing: { mean: [0, 0, 0], std: [1, 1, 1] },
  flavour: 'torch',
  about: 'A test.',
};
const fetched = (): Promise<string> => fetchWeights(entry, cache, { retryMs: 1 });

it('a file without a published SHA-256: that of the first download is recorded, and another file is refused later', async () => {
  server.now.files.set('model.safetensors', content);
  expect(await fetched()).toBe(target);
  expect(readFileSync(`${target}.sha256`, 'utf8').trim()).toBe(createHash('sha256').update(content).digest('hex'));
  await fetched();
  expect(server.requests).toHaveLength(1);
  appendFileSync(target, 'x'); // damaged: fetched again
  await fetched();
  expect(readFileSync(target).equals(content)).toBe(true);
  rmSync(target);
  server.now.files.set('model.safetensors', content.slice(1)); // the host has another one now
  expect((await errorOf(fetched, 'bad-weights')).message).toContain('differs');
  expect(readdirSync(dirname(target))).toEqual(['model.safetensors.sha256']);
});
