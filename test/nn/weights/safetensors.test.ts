import fc from 'fast-check';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSafetensors, readSafetensors, writeSafetensors, type TensorProblem } from '../../../src/main/nn/weights/safetensors.ts';
import { sizeOf, type TensorMap } from '../../../src/main/nn/ir/tensor.ts';
import { errorOf, scratchFolder } from './specs.ts';

const folder = scratchFolder();
const path = join(folder, 'one.safetensors');

/** Writes a file from its parts. */
function write(header: unknown, data: Uint8Array = new Uint8Array(), length?: bigint): string {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const prefix = new Uint8Array(new BigUint64Array([length ?? BigInt(json.length)]).buffer);
  writeFileSync(path, Buffer.concat([prefix, json, data]));
  return path;
}
const f32 = (...values: number[]): Uint8Array => new Uint8Array(new Float32Array(values).buffer);
const problemsOf = (details: Record<string, unknown>): TensorProblem[] => details['problems'] as TensorProblem[];

describe('round trip', () => {
  const tensor = fc
    .array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 })
    .chain((shape) => fc.float32Array({ minLength: sizeOf(shape), maxLength: sizeOf(shape) }).map((data) => ({ shape, data })));
  const name = fc
    .oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('1', '10', '2', '__proto__', 'constructor'))
    .filter((text) => text !== '__metadata__');
  const tensors = fc.array(fc.tuple(name, tensor), { maxLength: 6 });
  const texts = fc.dictionary(
    fc.string({ unit: 'grapheme' }).filter((key) => key !== '__proto__'),
    fc.string({ unit: 'grapheme' }),
    { maxKeys: 4 },
  );

  it('restores every bit, shape and text', () => {
    fc.assert(
      fc.property(tensors, texts, (list, metadata) => {
        const original: TensorMap = new Map(list);
        writeSafetensors(path, original, metadata);
        const back = readSafetensors(path);
        expect(new Map(Object.entries(back.metadata))).toEqual(new Map(Object.entries(metadata)));
        expect([...back.tensors.keys()].sort()).toEqual([...original.keys()].sort());
        for (const [key, { shape, data }] of original) {
          expect(back.tensors.get(key)!.shape).toEqual(shape);
          expect(Buffer.from(back.tensors.get(key)!.data.buffer)).toEqual(Buffer.from(data.slice().buffer));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('writes equal bytes for any order of tensors and texts', () => {
    fc.assert(
      fc.property(tensors, texts, (list, metadata) => {
        const unique = [...new Map(list)];
        writeSafetensors(path, new Map(unique), metadata);
        const bytes = readFileSync(path);
        writeSafetensors(path, new Map(unique.reverse()), Object.fromEntries(Object.entries(metadata).reverse()));
        expect(readFileSync(path).equals(bytes)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});

it('writes the bytes of the reference implementation: compact header, spaces up to 8 bytes', () => {
  writeSafetensors(path, new Map([['test', { shape: [2, 2], data: new Float32Array(4) }]]));
  const header = '{"test":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}    ';
  expect(readFileSync(path).toString('latin1')).toBe(`@${'\0'.repeat(7)}${header}${'\0'.repeat(16)}`);
});

it('writes no file if a tensor does not fit its shape', async () => {
  const to = join(folder, 'never.safetensors');
  await errorOf(() => writeSafetensors(to, new Map([['w', { shape: [3], data: new Float32Array(2) }]])), 'internal');
  expect([existsSync(to), existsSync(`${to}.part`)]).toEqual([false, false]);
});

it('leaves a person’s .part file beside it alone', () => {
  const to = join(folder, 'net.safetensors');
  writeFileSync(`${to}.part`, 'mine');
  writeSafetensors(to, new Map([['w', { shape: [1], data: new Float32Array(1) }]]));
  expect(readFileSync(`${to}.part`, 'utf8')).toBe('mine');
  expect(readSafetensors(to).tensors.size).toBe(1);
});

it('reads F16, BF16 and F64 as float32, and refuses other types only when the tensor is read', async () => {
  const data = Buffer.concat([
    new Uint8Array(new Uint16Array([0x3c00, 0xc000, 0x4049]).buffer),
    new Uint8Array(2),
    new Uint8Array(new Float64Array([0.1]).buffer),
    new Uint8Array(8),
  ]);
  write(
    {
      half: { dtype: 'F16', shape: [2], data_offsets: [0, 4] },
      brain: { dtype: 'BF16', shape: [1, 1], data_offsets: [4, 6] },
      pad: { dtype: 'U8', shape: [2], data_offsets: [6, 8] },
      double: { dtype: 'F64', shape: [], data_offsets: [8, 16] },
      steps: { dtype: 'I64', shape: [], data_offsets: [16, 24] },
    },
    data,
  );
  const source = openSafetensors(path);
  expect(source.entries.get('brain')).toEqual([1, 1]);
  expect([...source.read('half')]).toEqual([1, -2]);
  expect([...source.read('brain')]).toEqual([3.140625]);
  expect([...source.read('double')]).toEqual([13421773 / 2 ** 27]);
  expect((await errorOf(() => source.read('steps'), 'bad-weights')).message).toContain('steps is stored as I64');
  source.close();
});

it('reads long half-precision tensors across its chunks', () => {
  const n = 1_200_001;
  const bits = Uint16Array.from({ length: n }, (_, i) => 0x3c00 + (i % 1024)); // 1 + (i mod 1024) / 1024
  write({ w: { dtype: 'F16', shape: [n], data_offsets: [0, 2 * n] } }, new Uint8Array(bits.buffer));
  const { data } = readSafetensors(path).tensors.get('w')!;
  expect(data.findIndex((value, i) => value !== 1 + (i % 1024) / 1024)).toBe(-1);
});

describe('a truncated file', () => {
  const tensors: TensorMap = new Map(['a', 'b', 'c'].map((name, i) => [name, { shape: [4], data: new Float32Array(4).fill(i) }]));
  writeSafetensors(join(folder, 'whole.safetensors'), tensors);
  const whole = readFileSync(join(folder, 'whole.safetensors'));
  const dataStart = whole.length - 48;

  it('is refused at every length', async () => {
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length));
      const { message } = await errorOf(() => readSafetensors(path), 'bad-weights');
      expect(message).toContain('one.safetensors is broken');
    }
  });

  it.each([
    [48 - 1, ['c']],
    [32, ['c']],
    [31, ['b', 'c']],
    [0, ['a', 'b', 'c']],
  ])('with %i of 48 data bytes names %j', async (bytes, names) => {
    writeFileSync(path, whole.subarray(0, dataStart + bytes));
    const error = await errorOf(() => openSafetensors(path), 'bad-weights');
    expect(problemsOf(error.details).map(({ name }) => name)).toEqual(names);
    expect(error.message).toContain(`${names.length} of 3 tensors are cut off or missing`);
  });

  it('is refused with surplus bytes, too', async () => {
    writeFileSync(path, Buffer.concat([whole, Buffer.alloc(3)]));
    expect((await errorOf(() => openSafetensors(path), 'bad-weights')).message).toContain('3 bytes after it belong to no tensor');
  });

  it('is reported if it shrinks between opening and reading', async () => {
    writeFileSync(path, whole);
    const source = openSafetensors(path);
    writeFileSync(path, whole.subarray(0, statSync(path).size - 1));
    expect([...source.read('a')]).toEqual([0, 0, 0, 0]);
    expect((await errorOf(() => source.read('c'), 'bad-weights')).message).toContain('shorter');
    source.close();
  });
});

describe('an invalid header', () => {
  const w = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };
  const data = f32(1, 2);
  it.each([
    ['overlap', { w, v: { ...w, data_offsets: [4, 12] } }, f32(1, 2, 3), 'overlaps w by 4 bytes'],
    ['hole', { w, v: { ...w, data_offsets: [12, 20] } }, f32(1, 2, 3, 4, 5), '4 bytes after w belong to no tensor'],
    ['hole at the start', { w: { ...w, data_offsets: [4, 12] } }, f32(1, 2, 3), 'after the header belong to no tensor'],
    ['the same range twice', { w, v: w }, data, 'overlaps'],
    ['too few bytes for the shape', { w: { ...w, shape: [3] } }, data, 'needs 12'],
    ['end before begin', { w: { ...w, data_offsets: [8, 0] } }, data, '-8 bytes'],
    ['negative offsets', { w: { ...w, data_offsets: [-8, 0] } }, data, 'impossible data offsets'],
    ['fractional shape', { w: { ...w, shape: [0.5, 4] } }, data, 'impossible shape'],
    ['huge shape', { w: { ...w, shape: [2 ** 52, 2 ** 52] } }, data, 'needs'],
    ['unknown type', { w: { ...w, dtype: 'F12' } }, data, 'unknown data type "F12"'],
    ['type from the prototype', { w: { ...w, dtype: 'toString' } }, data, 'unknown data type'],
    ['no object', { w: null }, data, 'not an object'],
    ['metadata of numbers', { __metadata__: { a: 1 }, w }, data, 'metadata'],
    ['no JSON', '{"w": ', data, 'not JSON'],
    ['an array', '[]', data, 'does not start with a safetensors header'],
    [
      'one name twice',
      '{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
      data,
      'belong to no tensor',
    ],
  ])('%s', async (_, header, bytes, expected) => {
    expect((await errorOf(() => openSafetensors(write(header, bytes)), 'bad-weights')).message).toContain(expected);
  });

  it('with an invalid length', async () => {
    for (const length of [0n, 1n, 2n ** 63n, 100_000_001n, 5000n]) {
      expect((await errorOf(() => openSafetensors(write({ w }, data, length)), 'bad-weights')).message).toContain('is broken');
    }
  });

  it('of another file, such as a web page or an empty one', async () => {
    writeFileSync(path, '<!doctype html><html>Sign in to the network</html>');
    await errorOf(() => openSafetensors(path), 'bad-weights');
    writeFileSync(path, '');
    await errorOf(() => openSafetensors(path), 'bad-weights');
    await errorOf(() => openSafetensors(join(folder, 'absent.safetensors')), 'not-found');
  });
});
