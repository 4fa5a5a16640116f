import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openTfjsLayers, shardNames } from '../../../src/main/nn/weights/tfjs-layers.ts';
import { sizeOf } from '../../../src/main/nn/ir/tensor.ts';
import { errorOf, scratchFolder } from './specs.ts';
import { writeModel, type TensorDescription } from './tfjs-fixture.ts';

const folder = join(scratchFolder(), 'model');
const f32 = (...values: number[]): Uint8Array => new Uint8Array(new Float32Array(values).buffer);
const vector = (name: string, n: number, more: Partial<TensorDescription> = {}): TensorDescription => ({
  name,
  shape: [n],
  dtype: 'float32',
  ...more,
});

function readAll(path: string): Record<string, number[]> {
  const source = openTfjsLayers(path);
  try {
    return Object.fromEntries([...source.entries.keys()].map((name) => [name, [...source.read(name)]]));
  } finally {
    source.close();
  }
}

describe('stored values', () => {
  it('are concatenated float32, also if a shard ends within a number', () => {
    const path = writeModel(folder, [vector('a', 3), vector('none', 0), vector('b', 2)], f32(1, -2, 3.5, 4, 1e-30), 7);
    expect(shardNames(path)).toEqual(['group1-shard1of3.bin', 'group1-shard2of3.bin', 'group1-shard3of3.bin']);
    expect(readAll(path)).toEqual({ a: [1, -2, 3.5], none: [], b: [4, Math.fround(1e-30)] });
  });

  it('are q * scale + min if quantized to 8 or 16 bits', () => {
    const bytes = new Uint8Array([0, 255, 128, 0, 0, 0xff, 0xff, 0x01, 0x02, 0x00, 0x3c]);
    const weights = [
      vector('eight', 3, { quantization: { dtype: 'uint8', min: -1, scale: 2 / 255 } }),
      vector('sixteen', 3, { quantization: { dtype: 'uint16', min: 10, scale: 0.5 } }),
      vector('half', 1, { quantization: { dtype: 'float16' } }),
    ];
    const { eight, sixteen, half } = readAll(writeModel(folder, weights, bytes, 4));
    expect(eight).toEqual([-1, 1, Math.fround(128 * (2 / 255) - 1)]);
    expect(sixteen).toEqual([10, 10 + 65535 / 2, 10 + 513 / 2]);
    expect(half).toEqual([1]);
  });

  it('equal those of TensorFlow.js from the same bytes, for any shards', async () => {
    const quantization = fc.option(
      fc.record({
        dtype: fc.constantFrom('uint8', 'uint16'),
        min: fc.double({ min: -9, max: 9, noNaN: true }),
        scale: fc.double({ min: 1e-4, max: 1, noNaN: true }),
      }),
      { nil: undefined },
    );
    const one = fc.record({ shape: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }), quantization });
    await fc.assert(
      fc.asyncProperty(
        fc.array(one, { minLength: 1, maxLength: 5 }),
        fc.infiniteStream(fc.nat(255)),
        fc.integer({ min: 3, max: 60 }),
        async (list, stream, cut) => {
          const weights = list.map(({ shape, quantization: q }, i) => ({
            name: `w${i}`,
            shape,
            dtype: 'float32' as const,
            ...(q ? { quantization: q } : {}),
          }));
          const width = { uint8: 1, uint16: 2 } as Record<string, number>;
          const total = weights.reduce((sum, w) => sum + sizeOf(w.shape) * (w.quantization ? width[w.quantization.dtype]! : 4), 0);
          const bytes = Uint8Array.from({ length: total }, () => stream.next().value!);
          const expected = tf.io.decodeWeights(bytes.buffer, weights as Parameters<typeof tf.io.decodeWeights>[1]);
          const found = readAll(writeModel(folder, weights, bytes, cut));
          for (const { name, shape } of weights) {
            const tensor = expected[name]!;
            expect(tensor.shape).toEqual(shape);
            expect(found[name]).toEqual([...(await tensor.data())]);
            tensor.dispose();
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('an incomplete model', () => {
  const weights = [vector('a', 4), vector('b', 4)];
  const bytes = f32(1, 2, 3, 4, 5, 6, 7, 8);

  it('is refused with the name of the missing shard', async () => {
    const path = writeModel(folder, weights, bytes, 16);
    rmSync(join(folder, 'group1-shard2of2.bin'));
    const error = await errorOf(() => openTfjsLayers(path), 'bad-weights');
    expect(error.message).toContain('its shard group1-shard2of2.bin is missing');
    expect(error.details['missing']).toEqual(['group1-shard2of2.bin']);
  });

  it.each([
    [31, ['b']],
    [16, ['b']],
    [15, ['a', 'b']],
    [0, ['a', 'b']],
  ])('is refused with %i of 32 bytes, naming %j', async (length, tensors) => {
    const path = writeModel(folder, weights, bytes);
    truncateSync(join(folder, 'group1-shard1of1.bin'), length);
    const error = await errorOf(() => openTfjsLayers(path), 'bad-weights');
    expect(error.message).toContain(`group1-shard1of1.bin is broken: it has ${length} bytes instead of the 32 that model.json lists`);
    expect(error.details['problems']).toEqual([{ shards: ['group1-shard1of1.bin'], bytes: length, expected: 32, tensors }]);
  });

  it('is refused with surplus bytes', async () => {
    await errorOf(() => openTfjsLayers(writeModel(folder, weights, Buffer.concat([bytes, bytes]))), 'bad-weights');
  });

  it('is refused with model.json truncated at any length, or absent', async () => {
    const path = writeModel(folder, weights, bytes);
    const json = readFileSync(path);
    for (let length = 0; length < json.length; length += 7) {
      writeFileSync(path, json.subarray(0, length));
      expect((await errorOf(() => openTfjsLayers(path), 'bad-weights')).message).toContain('model.json is broken: it is not JSON');
    }
    rmSync(path);
    await errorOf(() => openTfjsLayers(path), 'not-found');
  });
});

describe('an invalid model.json', () => {
  const manifest = (paths: string[], weights: unknown[] = []): unknown => ({ weightsManifest: [{ paths, weights }] });
  it.each([
    ['a graph model', { format: 'graph-model', weightsManifest: [] }, 'graph-model; Twinlens reads layers models only'],
    ['no manifest', { format: 'layers-model' }, 'weightsManifest'],
    ['null', null, 'is broken'],
    ['a shard above its folder', manifest(['../secret.bin']), 'points outside its folder'],
    ['an absolute shard', manifest(['/etc/hosts']), 'points outside its folder'],
    ['a shard on a drive', manifest(['c:stuff.bin']), 'points outside its folder'],
    ['a shard above by backslashes', manifest(['a\\..\\..\\b.bin']), 'points outside its folder'],
    ['texts for weights', manifest(['a.bin'], [{ name: 'w', shape: [1], dtype: 'string' }]), 'dtype'],
    ['a negative shape', manifest(['a.bin'], [{ name: 'w', shape: [-1], dtype: 'float32' }]), 'shape'],
  ])('%s', async (_, content, expected) => {
    const path = join(folder, 'model.json');
    writeFileSync(path, JSON.stringify(content));
    expect((await errorOf(() => openTfjsLayers(path), 'bad-weights')).message).toContain(expected);
  });

  it('a name twice', async () => {
    const path = writeModel(folder, [vector('w', 1), vector('w', 1)], f32(1, 2));
    expect((await errorOf(() => openTfjsLayers(path), 'bad-weights')).message).toContain('it lists w twice');
  });
});
