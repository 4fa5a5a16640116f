import { createHash } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { augment } from '../../../src/main/compute/images/augment.ts';
import { FORWARD_BATCH, normaliseInto } from '../../../src/main/compute/images/batches.ts';
import { type FeatureSource, openSource, type Part } from '../../../src/main/compute/embed/feature-source.ts';
import { THREAD_FROM } from '../../../src/main/compute/images/reading/reader.ts';
import { decodeSquare } from '../../../src/main/compute/images/images.ts';
import type { SourceImage } from '../../../src/main/compute/protocol/protocol.ts';
import { withoutEncoder } from '../../../src/main/compute/engine/network-engine.ts';
import type { Engine } from '../../../src/main/nn/engines/engine.ts';
import { onnxEngine } from '../../../src/main/nn/engines/onnx.ts';
import { initialTensors } from '../../../src/main/nn/initialise.ts';
import { type Entry, featuresTask, siameseParams, type SiameseSpec } from '../../../src/main/nn/siamese.ts';
import { randomFor } from '../../../src/shared/random.ts';
import type { RunConfig } from '../../../src/shared/run.ts';
import { drawColours, scratch, writeAt } from '../../doors/cli/kit.ts';
import { someConfig } from '../../db/records.ts';

const SIZE = 32;
const spec: SiameseSpec = { backbone: 'compact', flavour: 'torch', size: SIZE, dim: 2 };
const params = initialTensors(siameseParams(spec), 5);
const config: RunConfig = { ...someConfig, size: SIZE };
const augmentation = { flipHorizontal: true, flipVertical: false, rotation: 20, crop: 0.2, colour: 0.3 };

let images: SourceImage[];

beforeAll(async () => {
  const folder = scratch('sources');
  await drawColours(folder, 7);
  images = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.png'))
    .sort()
    .map((name) => {
      const file = join(folder, name);
      return { file, sha256: createHash('sha256').update(readFileSync(file)).digest('hex') };
    });
});

/** An engine that counts its computations, and how many ran at once. */
function countingEngine(engine: Engine): Engine & { most: number; runs: number } {
  let now = 0;
  const counting = {
    ...engine,
    most: 0,
    runs: 0,
    compile: async (...given: Parameters<Engine['compile']>) => {
      const exe = await engine.compile(...given);
      const run: typeof exe.run = async (inputs) => {
        counting.runs++;
        counting.most = Math.max(counting.most, ++now);
        return exe.run(inputs).finally(() => now--);
      };
      return { run, dispose: () => exe.dispose() };
    },
  };
  return counting;
}

/** Sources that read in a thread however few the images are, unless `threadFrom` says otherwise. */
function sourceAt(
  entry: Entry,
  more: Partial<RunConfig> = {},
  caches = scratch('caches'),
  engine: Engine = onnxEngine('cpu'),
  threadFrom: number | undefined = 0,
): FeatureSource {
  const folders = { features: join(caches, 'features'), pixels: join(caches, 'pixels') };
  const source = openSource({ engine: withoutEncoder(engine), config: { ...config, ...more }, entry, params, caches: folders, threadFrom });
  onTestFinished(() => source.close());
  return source;
}

/** Threads that are started while `work` runs. */
async function threadsOf(work: () => Promise<unknown>): Promise<number> {
  let started = 0;
  const count = (): void => void started++;
  subscribe('worker_threads', count);
  await work().finally(() => unsubscribe('worker_threads', count));
  return started;
}

async function all(source: FeatureSource, parts: readonly Part[]): Promise<Float32Array[]> {
  const out: Float32Array[] = [];
  for await (const [part, batch] of source.batches(parts)) {
    expect(part).toBe(parts[out.length]);
    out.push(batch);
  }
  return out;
}

/** The same batch, one image after the other in this thread. */
async function computeHere({ images, streams }: Part, changes: RunConfig['augmentation']): Promise<Float32Array> {
  const out = new Float32Array(images.length * 3 * SIZE * SIZE);
  for (const [i, { file }] of images.entries()) {
    const pixels = await decodeSquare(file, SIZE);
    const stream = streams?.[i];
    normaliseInto(out, i, changes && stream ? await augment(pixels, SIZE, changes, randomFor(...stream)) : pixels, config.preprocessing);
  }
  return out;
}

const parts = (): Part[] =>
  [0, 5, 10, 15].map((from, epoch) => {
    const some = images.slice(from, from + 5);
    return { images: some, streams: some.map((_, i) => [7, 'augment', epoch, i] as const) };
  });

describe.skipIf(!existsSync(resolve('dist', 'main', 'reader.cjs')))('batches of images (needs the build)', () => {
  test('equal those of this thread bit for bit, in order, augmented or not', async () => {
    for (const changes of [null, augmentation]) {
      const source = sourceAt('image', { augmentation: changes });
      await source.prepare(images, {});
      const wanted = await Promise.all(parts().map((part) => computeHere(part, changes)));
      expect(await all(source, parts())).toEqual(wanted);
    }
  });

  test('are read without a thread where there are few values and nothing is augmented, with the same bits', async () => {
    const few = THREAD_FROM;
    expect(images.length * 3 * SIZE ** 2).toBeLessThan(few);
    for (const [entry, changes, threads] of [
      ['image', null, 0],
      ['pooled', null, 0],
      ['image', augmentation, 1],
    ] as const) {
      const read = async (threadFrom?: number): Promise<Float32Array[]> => {
        const source = sourceAt(entry, { augmentation: changes }, scratch('caches'), onnxEngine('cpu'), threadFrom);
        await source.prepare(images, {});
        return all(source, parts());
      };
      const inThread: Float32Array[][] = [];
      const here: Float32Array[][] = [];
      expect(await threadsOf(async () => inThread.push(await read(0)))).toBe(1);
      expect(await threadsOf(async () => here.push(await read(few)))).toBe(threads);
      expect(here).toEqual(inThread);
    }
  });

  test('are cancelled, and refuse changed and unreadable images, without a thread as with one', async () => {
    for (const entry of ['image', 'pooled'] as const) {
      const source = sourceAt(entry, {}, scratch('caches'), onnxEngine('cpu'), THREAD_FROM);
      const controller = new AbortController();
      const prepared = source.prepare(images, { signal: controller.signal, onProgress: () => controller.abort() });
      await expect(prepared).rejects.toMatchObject({ code: 'cancelled' });
      const changed = { file: images[0]!.file, sha256: 'cd'.repeat(32) };
      await expect(source.prepare([...images, changed], {})).rejects.toMatchObject({ code: 'bad-image' });
      await source.prepare(images, {});
      expect(await all(source, parts())).toHaveLength(4);
    }
  });

  test('have cached features: each computed once, also of the last, partial batch', async () => {
    const caches = scratch('caches');
    const engine = countingEngine(onnxEngine('cpu'));
    const reported: number[] = [];
    const first = sourceAt('pooled', {}, caches, engine);
    await first.prepare(images.slice(0, 18), { onProgress: (done) => reported.push(done) });
    const source = sourceAt('pooled', {}, caches, engine);
    await source.prepare([...images, ...images], { onProgress: (done, total) => reported.push(done, total) });
    expect([reported, engine.runs]).toEqual([[16, 18, 3, 3], 4 + 1 + 1]); // 4 images at once
    const exe = await onnxEngine('cpu').compile(featuresTask(spec, 'pooled', 1), params);
    onTestFinished(() => exe.dispose());
    const [batch] = await all(source, [{ images }]);
    for (const [i, image] of images.entries()) {
      const { features } = await exe.run({ images: await computeHere({ images: [image] }, null) });
      features!.forEach((x, k) => expect(batch![i * source.rowLength + k]).toBeCloseTo(x, 4));
    }
  });

  test('free the memory of decoded images as soon as their features are computed', async () => {
    const decoded = new Set<ArrayBufferLike>();
    const engine = onnxEngine('cpu');
    const recording: Engine = {
      ...engine,
      compile: async (...given) => {
        const exe = await engine.compile(...given);
        const run: typeof exe.run = (inputs) => {
          decoded.add(inputs['images']!.buffer);
          return exe.run(inputs);
        };
        return { run, dispose: () => exe.dispose() };
      },
    };
    const source = sourceAt('pooled', {}, undefined, recording);
    let batches = 0;
    const onProgress = (): void => {
      batches++;
      expect([...decoded].filter(({ byteLength }) => byteLength > 0)).toEqual([]);
    };
    await source.prepare(images, { onProgress });
    expect(batches).toBe(Math.ceil(images.length / FORWARD_BATCH));
    expect(decoded.size).toBeGreaterThanOrEqual(batches);
  });

  test('compute features of augmented images one batch at a time, only when requested', async () => {
    const engine = countingEngine(onnxEngine('cpu'));
    const source = sourceAt('boundary', { augmentation, scope: 'last-stage' }, undefined, engine);
    await source.prepare(images, {});
    let seen = 0;
    for await (const [part, batch] of source.batches(parts())) {
      seen++;
      expect(batch.length).toBe(part.images.length * source.rowLength);
      await new Promise((done) => setTimeout(done, 20)); // time for work that must not start
      expect([engine.runs, engine.most]).toEqual([seen, 1]);
    }
    expect(seen).toBe(4);
  });

  test('stay available after an unfinished batch and an unreadable image', async () => {
    const source = sourceAt('image');
    await source.prepare(images, {});
    for await (const [part] of source.batches(parts())) if (part.images[0] === images[0]) break;
    const unknownPart: Part = { images: [{ file: images[0]!.file, sha256: 'ab'.repeat(32) }] };
    await expect(all(source, [parts()[0]!, unknownPart, parts()[1]!])).rejects.toThrow('No row');
    expect(await all(source, parts().slice(2))).toHaveLength(2);

    const folder = scratch('changed');
    const changed = { file: join(folder, 'a.png'), sha256: images[0]!.sha256 };
    writeAt(changed.file, readFileSync(images[1]!.file));
    for (const entry of ['image', 'pooled'] as const) {
      const fresh = sourceAt(entry);
      await expect(fresh.prepare([...images, { ...changed, sha256: 'cd'.repeat(32) }], {})).rejects.toMatchObject({
        code: 'bad-image',
        message: expect.stringContaining('has changed since it was imported') as string,
      });
      await fresh.prepare(images, {});
      expect(await all(fresh, parts())).toHaveLength(4);
    }
  });

  test.each(['image', 'pooled'] as const)('damaged rows of the cache at %s are computed again', async (entry) => {
    const caches = scratch('caches');
    const folder = join(caches, entry === 'image' ? 'pixels' : 'features');
    const source = sourceAt(entry, {}, caches);
    await source.prepare(images, {});
    const sound = await all(source, parts());
    const file = join(
      folder,
      readdirSync(folder).find((name) => name.endsWith('.rows'))!,
    );
    const bytes = readFileSync(file);
    const rowBytes = bytes.length / images.length;
    const damages: ((row: (i: number) => Buffer) => void)[] = [
      (row) => (row(2)[rowBytes - 1]! ^= 1),
      (row) => row(4).fill(0),
      (row) => bytes.subarray(6 * rowBytes, 8 * rowBytes).set(Buffer.concat([row(7), row(6)])),
      () => bytes.fill(0),
    ];
    for (const damage of damages) {
      damage((i) => bytes.subarray(i * rowBytes, (i + 1) * rowBytes));
      writeFileSync(file, bytes); // the same file, which the source has open
      const fresh = sourceAt(entry, {}, caches);
      await fresh.prepare(images, {});
      for (const reader of [fresh, source]) {
        const again = await all(reader, parts());
        expect(again).toHaveLength(sound.length);
        // Features of another batch may differ in the last bit.
        again.forEach((batch, p) => expect(Math.max(...batch.map((x, k) => Math.abs(x - sound[p]![k]!)))).toBeLessThan(1e-5));
      }
    }
  });

  test('have no partial rows after a cancellation before or during preparation', async () => {
    for (const entry of ['image', 'pooled'] as const) {
      const source = sourceAt(entry);
      await expect(source.prepare(images, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
      const controller = new AbortController();
      const reported: number[] = [];
      const options = {
        signal: controller.signal,
        onProgress: (done: number, total: number) => {
          reported.push(done, total);
          controller.abort();
        },
      };
      await expect(source.prepare(images, options)).rejects.toMatchObject({ code: 'cancelled' });
      await source.prepare(images, { onProgress: (done, total) => reported.push(done, total) });
      expect(reported).toEqual([16, 21, 5, 5]);
    }
  });
});
