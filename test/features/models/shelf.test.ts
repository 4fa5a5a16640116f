import { once } from 'node:events';
import { truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { HostProbe } from '../../../src/main/features/models/reach.ts';
import type { StoredEncoder } from '../../../src/main/features/models/imported-encoders.ts';
import { Shelf } from '../../../src/main/features/models/shelf.ts';
import { WeightsLibrary } from '../../../src/main/features/models/weights.ts';
import type { CatalogueEntry } from '../../../src/main/nn/weights/catalogue.ts';
import { writeSafetensors } from '../../../src/main/nn/weights/safetensors.ts';
import { someConfig } from '../../db/records.ts';
import { writeAt } from '../../doors/cli/kit.ts';
import { startFileServer } from '../../nn/weights/file-server.ts';
import { errorOf, mobileNetV2Specs, randomTensors, scratchFolder } from '../../nn/weights/specs.ts';

const server = await startFileServer();
const closed = await startFileServer();
await closed.stop();
const content = new Uint8Array(5000);

const entry = (id: string, more: Partial<CatalogueEntry> = {}): CatalogueEntry => ({
  id,
  backbone: 'mobilenet_v2_035',
  format: 'safetensors',
  files: [{ name: 'model.safetensors', url: `${server.url}/${id}.safetensors`, bytes: null, sha256: null }],
  checksum: 'recorded',
  licence: 'MIT',
  licenceUrl: 'https://example.org',
  preprocessing: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  flavour: 'torch',
  about: 'A test.',
  ...more,
});
const offline = entry('offline', { files: [{ name: 'model.safetensors', url: `${closed.url}/model.safetensors`, bytes: null, sha256: null }] });
const sized = (id: string, bytes: number): CatalogueEntry => entry(id, { files: [{ ...entry(id).files[0]!, bytes }] });

let downloads = '';
let weights: WeightsLibrary;
let shelf: Shelf;
const removed: string[] = []; // ids of imported encoders
const patchMeans: StoredEncoder = {
  ...{ id: 'means', title: 'Patch means', sha256: '0'.repeat(64), file: 'model.onnx', channels: 4, defaultSize: 32, resampling: null, batch: 'any' },
  input: { name: 'images', layout: 'NCHW', type: 'float32', size: null, multiple: 8 },
  output: { name: 'map', kind: 'map', layout: 'NCHW', prefixTokens: 0 },
  preprocessing: { mean: [0, 0, 0], std: [1, 1, 1] },
  ...{ licence: 'MIT', addedMs: 0, bytes: 3000 },
};
beforeEach(() => {
  server.reset();
  server.now.files.set('net.safetensors', content);
  const folder = scratchFolder();
  downloads = join(folder, 'weights');
  const catalogue = join(folder, 'catalogue.json');
  writeFileSync(catalogue, JSON.stringify([entry('net'), offline, sized('sized', content.length), sized('larger', content.length + 1)]));
  weights = new WeightsLibrary({ catalogue, downloads, compute: { ask: () => Promise.reject(new Error('not asked')) } });
  const runs = { list: () => [{ run: 'r4', config: { ...someConfig, weights: { source: 'net' } } }] as never };
  const imported = { list: () => [patchMeans], folderOf: (id: string) => join(folder, id), remove: (id: string) => void removed.push(id) };
  shelf = new Shelf({ downloads, weights, imported, probe: new HostProbe(), runs });
});
const model = (id: string) => shelf.list().find((one) => one.id === id)!;
const stored = (name: string): void => void writeAt(join(downloads, 'net', name), content);

describe('the shelf', () => {
  it('lists what needs no weights, what is here and what can be downloaded', async () => {
    for (const id of ['patches', 'compact']) expect(model(id)).toMatchObject({ source: 'none', state: 'here', bytes: 0, folder: null });
    expect(model('net')).toMatchObject({ source: 'catalogue', state: 'absent', isEstimate: true, host: server.host, folder: null, usedBy: ['r4'] });
    const float32 = mobileNetV2Specs(0.35).reduce((sum, { shape }) => sum + 4 * shape.reduce((product, n) => product * n, 1), 0);
    expect(model('net').bytes).toBe(float32);
    stored('model.safetensors.part');
    expect(model('net')).toMatchObject({ state: 'part', folder: join(downloads, 'net') });
    await weights.fetch('net', {});
    expect(model('net')).toMatchObject({ state: 'here', isEstimate: false, usedBy: ['r4'] });
    expect(model('net').bytes).toBe(content.length + 65); // with the recorded checksum
  });

  it('knows a download by the size that the catalogue states', () => {
    stored('model.safetensors');
    expect(['sized', 'larger'].map((id) => [model(id).state, model(id).bytes])).toEqual([
      ['absent', content.length],
      ['absent', content.length + 1],
    ]);
    for (const id of ['sized', 'larger']) writeAt(join(downloads, id, 'model.safetensors'), content);
    expect(['sized', 'larger'].map((id) => model(id).state)).toEqual(['here', 'part']);
  });

  it('says whether weights can be downloaded, and asks no host for those that are here', async () => {
    expect(await shelf.reach('net', false)).toEqual({ host: server.host, problem: null });
    expect((await shelf.reach('offline', false)).problem).toBe(
      `The weights of MobileNetV2, width 0.35 are not on this computer, and ${closed.host} can't be reached.`,
    );
    await weights.fetch('net', {});
    server.requests.length = 0;
    expect(await shelf.reach('net', true)).toEqual({ host: server.host, problem: null });
    expect(server.requests).toEqual([]);
    await errorOf(() => shelf.reach('unknown', false), 'not-found');
  });

  it('lists and removes imported encoders', async () => {
    expect(model('onnx:means')).toMatchObject({
      source: 'onnx',
      backbone: 'imported',
      title: 'Patch means',
      state: 'here',
      bytes: 3000,
      licence: 'MIT',
    });
    expect(model('onnx:means').about).toBe('An ONNX file that you added. Pixels: 0 to 1.');
    await shelf.remove('onnx:means');
    expect(removed).toEqual(['means']);
  });

  it('removes a download, but not while it runs', async () => {
    await weights.fetch('net', {});
    await shelf.remove('net');
    expect(model('net')).toMatchObject({ state: 'absent', folder: null });
    server.now.lockstep = true;
    const running = weights.fetch('net', { onProgress: ({ received }) => server.confirm(received) });
    expect((await errorOf(() => shelf.remove('net'), 'bad-request')).message).toContain('Cancel the download first');
    await running;
    expect(model('net').state).toBe('here');
  });

  it('downloads weights once that are asked for twice; the second can be cancelled while it waits', async () => {
    server.now.lockstep = true;
    let isHeld = true;
    let held = 0; // bytes that the first has, while the server waits
    const onProgress = ({ received }: { received: number }): void => (isHeld ? void (held = received) : server.confirm(received));
    const first = weights.fetch('net', { onProgress });
    const second = weights.fetch('net', {});
    const cancelling = new AbortController();
    const third = errorOf(() => weights.fetch('net', { signal: cancelling.signal }), 'cancelled');
    cancelling.abort();
    await third; // while the first still runs
    isHeld = false;
    server.confirm(Math.max(held, 1000));
    await Promise.all([first, second]);
    expect(server.requests).toHaveLength(1);
  });
});

describe('a host', () => {
  it('is asked once a minute for a file, and again when that is wanted', async () => {
    let nowMs = 0;
    const probe = new HostProbe({ now: () => nowMs });
    const url = `${server.url}/net.safetensors`;
    expect(await Promise.all([probe.problemOf(url), probe.problemOf(url)])).toEqual([null, null]);
    nowMs = 59_999;
    await probe.problemOf(url);
    expect(server.requests).toEqual([{ path: 'net.safetensors', range: 'bytes=0-0' }]);
    await probe.problemOf(url, true);
    nowMs += 60_000;
    await probe.problemOf(url);
    expect(server.requests).toHaveLength(3);
  });

  it('that does not answer is not asked for its other files; one that refuses a file is', async () => {
    const probe = new HostProbe();
    const unreachable = `${closed.host} can't be reached`;
    expect(await probe.problemOf(`${closed.url}/a`)).toBe(unreachable);
    const returned = createServer((_, response) => response.end()).listen(Number(new URL(closed.url).port), '127.0.0.1');
    await once(returned, 'listening');
    expect(await probe.problemOf(`${closed.url}/b`)).toBe(unreachable);
    expect(await probe.problemOf(`${closed.url}/b`, true)).toBeNull();
    returned.close();
    server.now.status.push(404, 403, 503);
    const problems = [];
    for (const file of ['a', 'b', 'c', 'd']) problems.push(await probe.problemOf(`${server.url}/${file}`));
    const begin = server.host;
    expect(problems).toEqual([
      `${begin} no longer has the file`,
      `${begin} refuses to send it (HTTP 403)`,
      `${begin} can't send it now (HTTP 503)`,
      `${begin} no longer has the file`,
    ]);
    expect(server.requests).toHaveLength(4);
  });
});

describe('a weights file is checked by its header', () => {
  const file = join(scratchFolder(), 'narrow.safetensors');
  writeSafetensors(file, randomTensors(mobileNetV2Specs(0.35), 1));

  it('and the network that it is for is named', () => {
    expect(weights.problemOf(file, 'mobilenet_v2_035')).toBeNull();
    for (const other of ['resnet18', 'dinov2_vits14', 'mobilenet_v2'] as const) {
      const problem = weights.problemOf(file, other)!;
      expect(problem.message).toContain(`These weights are for another network than ${other}`);
      expect(problem.network).toBe('mobilenet_v2_035');
    }
  });

  it('and a truncated one is refused', () => {
    truncateSync(file, 100_000);
    expect(weights.problemOf(file, 'mobilenet_v2_035')).toMatchObject({ message: expect.stringContaining('is broken') as string, network: null });
  });
});
