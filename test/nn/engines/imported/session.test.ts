import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { openImported, type RunnableEncoder } from '../../../../src/main/nn/engines/imported/session.ts';
import { randomFor } from '../../../../src/shared/random.ts';

const FOLDER = fileURLToPath(new URL('../../fixtures/onnx', import.meta.url));
const INPUT = { name: 'images', layout: 'NCHW', type: 'float32', size: null, multiple: 8 } as const;
const MAP = { name: 'map', kind: 'map', layout: 'NCHW', prefixTokens: 0 } as const;

const encoder = (file: string, changes: Partial<RunnableEncoder> = {}): RunnableEncoder => ({
  file: `${file}.onnx`,
  input: INPUT,
  output: MAP,
  batch: 'any',
  ...changes,
});

/** [n, 3, size, size], whole numbers 0..255. */
function photographs(n: number, size: number): Float32Array {
  const random = randomFor(1, 'photographs');
  return Float32Array.from({ length: n * 3 * size * size }, () => random.below(256));
}

/** What the encoders of onnx_encoders.py compute: the means of R, G, B and R - G of patches of 8 px, [n, 4, size / 8, size / 8]. */
function patchMeans(images: Float32Array, size: number): number[] {
  const cells = size / 8;
  const meanOf = (plane: number, y: number, x: number): number => {
    let sum = 0;
    for (let i = 0; i < 64; i++) sum += images[plane * size * size + (8 * y + (i >> 3)) * size + 8 * x + (i & 7)]!;
    return sum / 64;
  };
  const out: number[] = [];
  for (let n = 0; n < images.length / (3 * size * size); n++) {
    for (let c = 0; c < 4; c++) {
      for (let y = 0; y < cells; y++) {
        for (let x = 0; x < cells; x++) out.push(c < 3 ? meanOf(3 * n + c, y, x) : meanOf(3 * n, y, x) - meanOf(3 * n + 1, y, x));
      }
    }
  }
  return out;
}

async function featuresOf(of: RunnableEncoder, images: Float32Array, size: number): Promise<Float32Array> {
  const session = await openImported(of, FOLDER);
  try {
    return await session.run(images, size);
  } finally {
    await session.close();
  }
}

function expectClose(found: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  expect(found.length).toBe(expected.length);
  const worst = Math.max(...expected.map((value, i) => Math.abs(value - found[i]!)));
  expect(worst).toBeLessThan(tolerance);
}

describe('features are [N, C, h, w] whatever the form of the model', () => {
  const TOKENS = { name: 'last_hidden_state', kind: 'tokens', layout: 'NCHW', prefixTokens: 3 } as const;
  const FORMS: [string, RunnableEncoder][] = [
    ['a map, channels first', encoder('map')],
    ['weights in another file', encoder('external')],
    ['tokens after a class token and two registers', encoder('tokens', { output: TOKENS })],
    [
      'pixels as bytes, channels last in and out',
      encoder('nhwc-uint8', { input: { ...INPUT, layout: 'NHWC', type: 'uint8', size: 40 }, output: { ...MAP, layout: 'NHWC' } }),
    ],
    ['one image at a time', encoder('batch-one', { batch: 'one' })],
  ];
  test.each(FORMS)('%s', async (_, form) => {
    const size = form.input.size ?? 32;
    const images = photographs(2, size);
    expectClose(await featuresOf(form, images, size), patchMeans(images, size), 1e-3); // of values up to 255
  });

  // Also finds a release of onnxruntime-node that reads halves differently.
  test('half precision', async () => {
    const images = photographs(2, 32).map((value) => value / 255);
    const half = encoder('half', { input: { ...INPUT, type: 'float16' } });
    expectClose(await featuresOf(half, images, 32), patchMeans(images, 32), 2e-3);
  });

  test('a vector is a map of one cell', async () => {
    const images = photographs(2, 16);
    const session = await openImported(encoder('pooled', { output: { ...MAP, name: 'image_embeds', kind: 'pooled' } }), FOLDER);
    expect(await session.shapeAt(16)).toEqual({ channels: 4, height: 1, width: 1 });
    const features = await session.run(images, 16);
    const means = patchMeans(images, 16); // [2, 4, 4 cells]
    expectClose(
      features,
      Array.from({ length: 8 }, (__, i) => means.slice(4 * i, 4 * i + 4).reduce((a, b) => a + b) / 4),
      1e-3,
    );
    await session.close();
  });
});

test('states the shape of the map at each size', async () => {
  const session = await openImported(encoder('map'), FOLDER);
  expect(await session.shapeAt(32)).toEqual({ channels: 4, height: 4, width: 4 });
  expect(await session.shapeAt(64)).toEqual({ channels: 4, height: 8, width: 8 });
  await session.close();
});

test.each([
  ['unknown-operator', 'com.example:Magic'],
  ['future-opset', 'needs opset 99'],
  ['bfloat16', 'operator Conv (version 22)'],
  ['cyclic', 'onnxruntime can’t open this model: This is an invalid model. Error: the graph is not acyclic.'],
])('says why a model can’t be opened: %s', async (file, words) => {
  await expect(openImported(encoder(file), FOLDER)).rejects.toMatchObject({ code: 'bad-weights', message: expect.stringContaining(words) as string });
});

test('says why a model can’t be run', async () => {
  await expect(featuresOf(encoder('huge'), photographs(1, 32), 32)).rejects.toMatchObject({
    code: 'bad-weights',
    message: 'There is not enough memory for this model on this computer. Choose a smaller model or image size.',
  });
  await expect(
    featuresOf(encoder('tokens', { output: { ...MAP, name: 'last_hidden_state', kind: 'tokens' } }), photographs(1, 32), 32),
  ).rejects.toThrow(
    'The output last_hidden_state has the shape 1 × 19 × 4: without 0 tokens before them its tokens form no square. Choose another output.',
  );
});
