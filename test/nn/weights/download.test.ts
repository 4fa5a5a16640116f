import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { CatalogueEntry } from '../../../src/main/nn/weights/catalogue.ts';
import { fetchWeights, type FetchOptions, type FetchProgress } from '../../../src/main/nn/weights/download.ts';
import { loadWeights, tensorsSha256 } from '../../../src/main/nn/weights/load.ts';
import { randomFor } from '../../../src/shared/random.ts';
import { startFileServer } from './file-server.ts';
import { randomTensors, errorOf, mobileNetV2Specs, scratchFolder } from './specs.ts';
import { toKerasWeights, writeModel } from './tfjs-fixture.ts';

const folder = scratchFolder();
const server = await startFileServer();
const random = randomFor(3, 'download');
const content = Uint8Array.from({ length: 200_000 }, () => random.below(256));
const sha256 = createHash('sha256').update(content).digest('hex');
const about = {
  licence: 'MIT',
  licenceUrl: 'https://example.org',
  preprocessing: { mean: [0, 0, 0] as [number, number, number], std: [1, 1, 1] as [number, number, number] },
  flavour: 'torch' as const,
  about: 'A test.',
};
const entry: CatalogueEntry = {
  ...about,
  id: 'small_net',
  backbone: 'resnet18',
  format: 'safetensors',
  files: [{ name: 'model.safetensors', url: `${server.url}/model.safetensors`, bytes: content.length, sha256 }],
};
const unsized: CatalogueEntry = { ...entry, files: [{ ...entry.files[0]!, bytes: null }] };
const quick: FetchOptions = { retryMs: 1 };
/** Tells the server what has arrived, so that it cuts connections at exact bytes. */
const confirming: FetchOptions = { ...quick, onProgress: ({ received }) => server.confirm(received) };

let cache = '';
let target = '';
let part = '';
let turn = 0;
beforeEach(() => {
  server.reset();
  server.now.files.set('model.safetensors', content);
  cache = join(folder, `cache-${++turn}`);
  target = join(cache, 'small_net', 'model.safetensors');
  part = `${target}.part`;
});
const putPart = (bytes: Uint8Array): void => {
  mkdirSync(dirname(part), { recursive: true });
  writeFileSync(part, bytes);
};
const ranges = (): (string | undefined)[] => server.requests.map(({ range }) => range);
const isContent = (path: string): boolean => readFileSync(path).equals(content);

describe('a download', () => {
  it('is complete, alone in its folder, and reports its progress', async () => {
    const seen: FetchProgress[] = [];
    expect(await fetchWeights(entry, cache, { ...quick, onProgress: (progress) => seen.push(progress) })).toBe(target);
    expect(isContent(target)).toBe(true);
    expect(readdirSync(dirname(target))).toEqual(['model.safetensors']);
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.every(({ file, total }) => file === 'model.safetensors' && total === content.length)).toBe(true);
    const received = seen.map((progress) => progress.received);
    expect(received).toEqual([...received].sort((a, b) => a - b));
    expect([received[0], received.at(-1)]).toEqual([0, content.length]);
  });

  it('takes its total from the host if the catalogue has none', async () => {
    const seen: FetchProgress[] = [];
    await fetchWeights(unsized, cache, { onProgress: (progress) => seen.push(progress) });
    expect(seen.at(-1)).toEqual({ file: 'model.safetensors', received: content.length, total: content.length });
  });

  it('is not requested again, and needs no network the second time', async () => {
    await fetchWeights(entry, cache);
    const gone = { ...entry, files: [{ ...entry.files[0]!, url: 'http://127.0.0.1:9/model.safetensors' }] };
    expect(await fetchWeights(gone, cache)).toBe(target);
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    ['truncated', () => truncateSync(target, 1000)],
    ['too long', () => appendFileSync(target, 'x')],
    ['changed in one bit', () => writeFileSync(target, content.with(77, content[77]! ^ 1))],
  ])('is fetched again if the cached file was %s', async (_, damage) => {
    await fetchWeights(entry, cache);
    damage();
    await fetchWeights(entry, cache, quick);
    expect(isContent(target)).toBe(true);
    expect(server.requests).toHaveLength(2);
  });
});

describe('a continued download', () => {
  it.each([entry, unsized])('requests only the missing bytes of a part (%#)', async (one) => {
    putPart(content.subarray(0, 150_000));
    const seen: number[] = [];
    await fetchWeights(one, cache, { onProgress: ({ received, total }) => seen.push(received, total ?? -1) });
    expect(ranges()).toEqual(['bytes=150000-']);
    expect(seen.slice(0, 2)).toEqual([150_000, content.length]);
    expect(isContent(target)).toBe(true);
  });

  it('takes the whole file if the host has no range requests', async () => {
    server.now.ranges = false;
    putPart(new Uint8Array(150_000));
    await fetchWeights(entry, cache);
    expect(ranges()).toEqual(['bytes=150000-']);
    expect(isContent(target)).toBe(true);
  });

  it('continues where a connection was lost, twice', async () => {
    server.now.cutAfter = [50_000, 60_000];
    await fetchWeights(entry, cache, confirming);
    expect(ranges()).toEqual([undefined, 'bytes=50000-', 'bytes=110000-']);
    expect(isContent(target)).toBe(true);
  });

  it('survives more lost connections than tries, as long as each brings new bytes', async () => {
    server.now.cutAfter = Array.from({ length: 9 }, () => 20_000);
    await fetchWeights(entry, cache, { ...confirming, tries: 2 });
    expect(isContent(target)).toBe(true);
    expect(server.requests).toHaveLength(10);
  });

  it('requests nothing if the part is complete', async () => {
    putPart(content);
    await fetchWeights(entry, cache);
    expect(server.requests).toEqual([]);
    expect(isContent(target)).toBe(true);
  });

  it('accepts a complete part of a file whose size only the host knows (416)', async () => {
    putPart(content);
    await fetchWeights(unsized, cache);
    expect(ranges()).toEqual([`bytes=${content.length}-`]);
    expect(isContent(target)).toBe(true);
  });

  it('starts again if the part is longer than the file', async () => {
    putPart(new Uint8Array(content.length + 5));
    await fetchWeights(unsized, cache); // 416
    expect(ranges()).toEqual([`bytes=${content.length + 5}-`, undefined]);
    rmSync(target);
    putPart(new Uint8Array(content.length + 5));
    await fetchWeights(entry, cache);
    expect(ranges().at(-1)).toBeUndefined();
    expect(isContent(target)).toBe(true);
  });

  it('retries after the host was busy', async () => {
    server.now.status = [503, 429];
    await fetchWeights(entry, cache, quick);
    expect(isContent(target)).toBe(true);
  });
});

describe('bytes that differ from the published ones', () => {
  it.each([
    ['as many', content.with(5, content[5]! ^ 1)],
    ['fewer: a page to sign in', new TextEncoder().encode('<html>Sign in</html>')],
    ['more', new Uint8Array(content.length + 50_000)],
  ])('are refused and deleted: %s', async (_, bytes) => {
    server.now.files.set('model.safetensors', bytes);
    for (const lengths of [true, false])
      for (const one of [entry, unsized]) {
        server.now.lengths = lengths;
        const error = await errorOf(() => fetchWeights(one, cache, quick), 'bad-weights');
        expect(error.message).toContain(`The file model.safetensors that ${server.host} sent differs from the published one, so it was deleted`);
        expect(readdirSync(dirname(target))).toEqual([]);
      }
    expect(server.requests).toHaveLength(4);
  });

  it('in the first half of a part are refused and deleted; the next download is correct', async () => {
    putPart(new Uint8Array(100_000));
    await errorOf(() => fetchWeights(entry, cache), 'bad-weights');
    expect(existsSync(part)).toBe(false);
    await fetchWeights(entry, cache);
    expect(isContent(target)).toBe(true);
  });
});

describe('a failing download', () => {
  it('explains what to do, without retries, if the host can’t be reached', async () => {
    const nowhere = await startFileServer();
    await nowhere.stop();
    const gone = { ...entry, files: [{ ...entry.files[0]!, url: `${nowhere.url}/model.safetensors` }] };
    const error = await errorOf(() => fetchWeights(gone, cache), 'offline');
    expect(error.message).toBe(
      `small_net isn't downloaded yet, and ${nowhere.host} can't be reached. Connect to the network once, or download ${nowhere.url}/model.safetensors yourself and use that file.`,
    );
  });

  it('names a host that does not exist', async () => {
    const gone = { ...entry, files: [{ ...entry.files[0]!, url: 'http://weights.invalid/model.safetensors' }] };
    expect((await errorOf(() => fetchWeights(gone, cache), 'offline')).message).toContain("weights.invalid can't be reached");
  });

  it.each([
    [404, 'no longer has model.safetensors (HTTP 404)'],
    [403, 'refuses to send model.safetensors (HTTP 403)'],
  ])('HTTP %i: requested once', async (status, expected) => {
    server.now.status = [status];
    expect((await errorOf(() => fetchWeights(entry, cache, quick), 'offline')).message).toContain(expected);
    expect(server.requests).toHaveLength(1);
  });

  it('gives up after the given number of HTTP 500', async () => {
    server.now.status = Array.from({ length: 9 }, () => 500);
    expect((await errorOf(() => fetchWeights(entry, cache, { ...quick, tries: 3 }), 'offline')).message).toContain("can't send it now (HTTP 500)");
    expect(server.requests).toHaveLength(3);
  });

  it('keeps the part if the connection stays lost, and reports its size', async () => {
    server.now.cutAfter = [70_000, 0, 0, 0, 0, 0];
    const error = await errorOf(() => fetchWeights(entry, cache, { ...confirming, tries: 2 }), 'offline');
    expect(error.message).toContain('stopped after 70000 bytes of model.safetensors');
    expect(statSync(part).size).toBe(70_000);
    server.reset();
    server.now.files.set('model.safetensors', content);
    await fetchWeights(entry, cache);
    expect(ranges()).toEqual(['bytes=70000-']);
    expect(isContent(target)).toBe(true);
  });

  it('treats an open connection without data as lost', async () => {
    server.now.stall = true;
    const error = await errorOf(() => fetchWeights(entry, cache, { ...quick, tries: 1, stallMs: 100 }), 'offline');
    expect(error.details['reason']).toBe('no data for 0.1 s');
  });
});

describe('cancelling', () => {
  it('midway keeps a part that the next call continues', async () => {
    server.now.lockstep = true;
    const stop = new AbortController();
    const onProgress = ({ received }: FetchProgress): void => {
      if (received > 20_000) stop.abort();
      else server.confirm(received);
    };
    await errorOf(() => fetchWeights(entry, cache, { signal: stop.signal, onProgress }), 'cancelled');
    const received = readFileSync(part);
    expect(received.length).toBeGreaterThan(20_000);
    expect(received.length).toBeLessThan(content.length);
    expect(received.equals(content.subarray(0, received.length))).toBe(true);
    server.now.lockstep = false;
    await fetchWeights(entry, cache);
    expect(ranges()).toEqual([undefined, `bytes=${received.length}-`]);
    expect(isContent(target)).toBe(true);
  });

  it('before the start requests nothing, and between tries stops waiting', async () => {
    await errorOf(() => fetchWeights(entry, cache, { signal: AbortSignal.abort() }), 'cancelled');
    expect(server.requests).toEqual([]);
    server.now.status = [503];
    await errorOf(() => fetchWeights(entry, cache, { signal: AbortSignal.timeout(100), retryMs: 60_000 }), 'cancelled');
  });
});

describe('a TF.js layers model pinned by its tensors', () => {
  const specs = mobileNetV2Specs(0.35);
  const { weights, bytes } = toKerasWeights(randomTensors(specs, 21));
  const source = join(folder, 'served');
  const model = writeModel(source, weights, bytes, 900_000);
  let pinned: CatalogueEntry;
  beforeEach(async () => {
    for (const name of readdirSync(source)) server.now.files.set(`models/v2/${name}`, readFileSync(join(source, name)));
    pinned = {
      ...about,
      id: 'keras_net',
      backbone: 'mobilenet_v2_035',
      format: 'tfjs-layers',
      files: [{ name: 'model.json', url: `${server.url}/models/v2/model.json`, bytes: null, sha256: null }],
      tensorsSha256: await tensorsSha256(model),
    };
  });

  it('comes with the shards its model.json names, and can be loaded', async () => {
    const path = await fetchWeights(pinned, cache);
    expect(path).toBe(join(cache, 'keras_net', 'model.json'));
    expect(readdirSync(dirname(path)).sort()).toEqual(readdirSync(source).sort());
    const loaded = await loadWeights(path, { backbone: 'mobilenet_v2_035', params: specs, entry: pinned });
    expect(loaded.info).toMatchObject({ source: 'keras_net', licence: 'MIT' });
  });

  it('is checked in the cache without network, and downloaded again if damaged', async () => {
    const path = await fetchWeights(pinned, cache);
    const requests = server.requests.length;
    await fetchWeights(pinned, cache);
    expect(server.requests).toHaveLength(requests);
    for (const damage of [
      () => writeFileSync(path, '{'),
      () => truncateSync(join(dirname(path), 'group1-shard1of2.bin'), 10),
      () =>
        writeFileSync(
          join(dirname(path), 'group1-shard2of2.bin'),
          bytes.subarray(900_000).map((b, i) => (i ? b : b ^ 1)),
        ),
    ]) {
      damage();
      await fetchWeights(pinned, cache);
      expect(await tensorsSha256(path)).toBe(pinned.tensorsSha256);
    }
  });

  it('is refused and deleted if its tensors differ', async () => {
    server.now.files.set(
      'models/v2/group1-shard2of2.bin',
      bytes.subarray(900_000).map((b, i) => (i ? b : b ^ 1)),
    );
    expect((await errorOf(() => fetchWeights(pinned, cache), 'bad-weights')).message).toContain(
      'The download of keras_net differs from the published one',
    );
    expect(readdirSync(join(cache, 'keras_net'))).toEqual([]);
  });

  it('never writes outside its folder, for any names in model.json', async () => {
    const evil = { weightsManifest: [{ paths: ['../../outside.bin'], weights: [] }] };
    server.now.files.set('models/v2/model.json', new TextEncoder().encode(JSON.stringify(evil)));
    await errorOf(() => fetchWeights(pinned, cache), 'bad-weights');
    expect(server.requests.map(({ path }) => path)).toEqual(['models/v2/model.json']);
    expect(existsSync(join(folder, 'outside.bin'))).toBe(false);
  });

  it('needs no other check if every file is pinned by a hash', async () => {
    const files = readdirSync(source).map((name) => {
      const data = readFileSync(join(source, name));
      return { name, url: `${server.url}/models/v2/${name}`, bytes: data.length, sha256: createHash('sha256').update(data).digest('hex') };
    });
    const { tensorsSha256: _, ...byFiles } = { ...pinned, files };
    const path = await fetchWeights(byFiles, cache);
    expect(await tensorsSha256(path)).toBe(pinned.tensorsSha256);
    expect(server.requests).toHaveLength(files.length);
  });

  it('downloads nothing with a shard without a hash', async () => {
    const json = readFileSync(model);
    const files = [{ ...pinned.files[0]!, bytes: json.length, sha256: createHash('sha256').update(json).digest('hex') }];
    const { tensorsSha256: _, ...unproven } = { ...pinned, files };
    expect((await errorOf(() => fetchWeights(unproven, cache), 'bad-request')).message).toContain('but not its shard group1-shard1of2.bin');
    expect(server.requests).toHaveLength(1);
  });
});
