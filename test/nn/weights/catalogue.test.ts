import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findEntry, readCatalogue } from '../../../src/main/nn/weights/catalogue.ts';
import { errorOf, scratchFolder } from './specs.ts';

const own = resolve('resources', 'weights.json');
const path = join(scratchFolder(), 'catalogue.json');
const entry = {
  id: 'one',
  backbone: 'resnet18',
  format: 'safetensors',
  files: [{ name: 'one.safetensors', url: 'https://example.org/one.safetensors', bytes: 10, sha256: '0'.repeat(64) }],
  licence: 'MIT',
  licenceUrl: 'https://example.org/licence',
  preprocessing: { mean: [0, 0, 0], std: [1, 1, 1] },
  flavour: 'torch',
  about: 'A test.',
};
const file = entry.files[0]!;

describe('the packaged catalogue', () => {
  const catalogue = readCatalogue(own, {});

  it('is valid and lists a small network first', () => {
    expect(catalogue.map(({ id }) => id)).toEqual([
      ...['mobilenet_v2_035_224', 'resnet18_tv_in1k', 'resnet50_tv_in1k', 'convnext_tiny_fb_in22k_ft_in1k'],
      ...['dinov2_vits14_lvd142m', 'dinov2_vits14_reg_lvd142m', 'dinov2_vitb14_lvd142m'],
    ]);
  });

  it('has only https addresses; with fixed revisions and a hash for each file, or with words that the hash is recorded', () => {
    for (const { files, tensorsSha256, checksum, about } of catalogue) {
      if (checksum === 'recorded') expect(about).toContain('recorded');
      for (const { url, sha256 } of files) {
        expect(url).toMatch(/^https:/);
        if (checksum === 'recorded') continue;
        expect(url).not.toMatch(/\/resolve\/main\//);
        expect(sha256 ?? tensorsSha256).toMatch(/^[0-9a-f]{64}$/);
      }
    }
  });

  it('states the published preprocessing and padding of the weights', () => {
    expect(findEntry(catalogue, 'mobilenet_v2_035_224')).toMatchObject({
      flavour: 'keras',
      preprocessing: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
    });
    expect(findEntry(catalogue, 'resnet50_tv_in1k')).toMatchObject({
      flavour: 'torch',
      preprocessing: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
    });
  });

  it('lists the known ids for an unknown one', async () => {
    expect((await errorOf(() => findEntry(catalogue, 'vgg16'), 'not-found')).message).toContain('resnet18_tv_in1k');
  });
});

it('is replaced by the file in TWINLENS_CATALOGUE', () => {
  writeFileSync(path, JSON.stringify([entry]));
  expect(readCatalogue(own, { TWINLENS_CATALOGUE: path })).toEqual([entry]);
  expect(readCatalogue(own, { TWINLENS_CATALOGUE: '' })).toEqual(JSON.parse(readFileSync(own, 'utf8')));
});

describe('refuses a catalogue with a mistake, by name:', () => {
  it.each([
    ['a file name with a path', [{ ...entry, files: [{ ...file, name: '../../one.safetensors' }] }], 'plain file name'],
    ['an id that is a path', [{ ...entry, id: '..' }], 'plain file name'],
    ['an address that is a file', [{ ...entry, files: [{ ...file, url: 'file:///etc/hosts' }] }], 'files.0.url'],
    ['half a hash', [{ ...entry, files: [{ ...file, sha256: 'abc' }] }], 'SHA-256'],
    ['a file without any SHA-256', [{ ...entry, files: [{ ...file, sha256: null }] }], 'without sha256'],
    ['a deviation of zero', [{ ...entry, preprocessing: { mean: [0, 0, 0], std: [1, 0, 1] } }], 'standard deviation'],
    ['an unknown backbone', [{ ...entry, backbone: 'vgg16' }], 'backbone'],
    ['no model.json', [{ ...entry, format: 'tfjs-layers' }], 'model.json'],
    ['a file twice', [{ ...entry, format: 'tfjs-layers', files: [file, file] }], 'file twice'],
    ['an id twice', [entry, entry], 'entry twice'],
    ['a misspelt field', [{ ...entry, license: 'MIT' }], 'license'],
    ['no list', { entries: [] }, 'is invalid'],
  ])('%s', async (_, content, expected) => {
    writeFileSync(path, JSON.stringify(content));
    expect((await errorOf(() => readCatalogue(path, {}), 'bad-request')).message).toContain(expected);
  });

  it('no JSON, no file', async () => {
    writeFileSync(path, '[{');
    expect((await errorOf(() => readCatalogue(path, {}), 'bad-request')).message).toContain('is not JSON');
    await errorOf(() => readCatalogue(`${path}.absent`, {}), 'not-found');
  });
});
