import { describe, expect, test } from 'vitest';
import type { BackboneName } from '../../../src/shared/backbones.ts';
import { type CellPlacement, evenPlacement } from '../../../src/shared/maps/placement.ts';
import type { Flavour } from '../../../src/shared/run.ts';
import type { Engine } from '../../../src/main/nn/engines/engine.ts';
import { placeCells } from '../../../src/main/nn/explain/receptive-field.ts';
import { ProgramBuilder } from '../../../src/main/nn/ir/build/builder.ts';
import type { TensorMap } from '../../../src/main/nn/ir/tensor.ts';
import type { Value } from '../../../src/main/nn/ir/value.ts';
import { layerNames, layerTask, siameseParams, type SiameseSpec } from '../../../src/main/nn/siamese.ts';
import { ENGINES } from '../engines.ts';
import { filledTensors, readFixture } from '../reference.ts';

/** Written by explanations.py: float64 and PyTorch, none of this code. */
interface Measured {
  flavour: Flavour;
  skewed: boolean;
  size: number;
  centroid: [y: number, x: number];
}

const { responses } = readFixture<{ responses: Measured[] }>('explanations.json');

async function placementOf(engine: Engine, spec: SiameseSpec, layer: string, params: TensorMap): Promise<CellPlacement> {
  const { program, outputs } = layerTask(spec, layer, 1);
  const { program: placed, centre, placementAt } = placeCells(program, outputs.features);
  const executable = await engine.compile({ program: placed, outputs: { centre } }, params);
  try {
    return placementAt((await executable.run({ images: new Float32Array(3 * spec.size ** 2) }))['centre']!);
  } finally {
    await executable.dispose();
  }
}

/** Every kernel with the same weight everywhere, so that a response is the middle of its receptive field. */
const evenKernels = (spec: SiameseSpec): TensorMap =>
  new Map(
    [...filledTensors(siameseParams(spec))].map(([name, tensor]) => [name, { ...tensor, data: tensor.data.map(() => 1 / tensor.data.length) }]),
  );

const skewedKernels = (spec: SiameseSpec): TensorMap =>
  new Map(
    [...filledTensors(siameseParams(spec))].map(([name, { shape, data }]) => {
      const [height, width] = shape.slice(2);
      if (!height || !width) return [name, { shape, data }];
      return [name, { shape, data: data.map((w, i) => w / ((1 + 2 * (Math.floor(i / width) % height)) * (1 + (i % width)))) }];
    }),
  );

describe.each(ENGINES)('the cells of a map, on $title', ({ open }) => {
  // Strided 3x3 kernels with padding 1 on all sides leave the first cell at the first pixel. Keras's pad less before the first pixel of an
  // even side: n such layers move the cell by 1 + 2 + … + 2^(n - 1) px.
  test.each<[BackboneName, Flavour, number, number, number]>([
    ['compact', 'torch', 64, 0.5, 8],
    ['compact', 'keras', 64, 0.5 + 7, 8],
    ['compact', 'keras', 36, 0.5 + 3, 8], // the third layer has an odd side: 9
    ['mobilenet_v2_035', 'torch', 64, 0.5, 32],
    ['mobilenet_v2_035', 'keras', 64, 0.5 + 31, 32],
  ])('of even kernels are in the middle of their receptive fields: %s, %s, %d px', async (backbone, flavour, size, first, step) => {
    const spec: SiameseSpec = { backbone, flavour, size, dim: 2 };
    const { across, down } = await placementOf(await open(), spec, layerNames(backbone).at(-1)!, evenKernels(spec));
    for (const axis of [across, down]) {
      expect(axis.first * size).toBeCloseTo(first, 3);
      expect(axis.step * size).toBe(step);
    }
  });

  test.each(responses)('are where the measured gradient is: $flavour, skewed kernels: $skewed', async ({ flavour, skewed, size, centroid }) => {
    const spec: SiameseSpec = { backbone: 'compact', flavour, size, dim: 2 };
    const params = skewed ? skewedKernels(spec) : filledTensors(siameseParams(spec));
    const { down, across } = await placementOf(await open(), spec, 'stage3', params);
    const middle = size / 8 / 2; // index of the measured cell
    [down, across].forEach(({ first, step }, i) => {
      expect(Math.abs((first + middle * step) * size - centroid[i]!)).toBeLessThan(0.06 * 8); // px: 6 % of a cell
    });
  });
});

const UNPADDED = { stride: 1, pads: [0, 0, 0, 0], groups: 1 } as const;

describe('receptive fields', () => {
  test('of a network whose weights are all zero divide the image evenly', async () => {
    const spec: SiameseSpec = { backbone: 'compact', flavour: 'torch', size: 32, dim: 2 };
    const zeros = new Map([...filledTensors(siameseParams(spec))].map(([name, { shape, data }]) => [name, { shape, data: data.map(() => 0) }]));
    expect(await placementOf(await ENGINES[0]!.open(), spec, 'stage3', zeros)).toEqual(evenPlacement(4, 4));
  });

  test('of a residual block with a max pool follow both paths', async () => {
    const spec: SiameseSpec = { backbone: 'resnet18', flavour: 'torch', size: 64, dim: 2 };
    const { across } = await placementOf(await ENGINES[0]!.open(), spec, 'layer2.1', evenKernels(spec));
    expect(across.first * 64).toBeCloseTo(0.5, 3);
    expect(across.step * 64).toBe(8);
  });

  test('of a residual branch behind a norm over channels count as much as the shortcut, however many channels there are', async () => {
    const b = new ProgramBuilder();
    const one = (shape: number[]): Value => b.filled(1, shape);
    const x = b.layerNorm(
      b.transpose(b.conv(b.input('images', [1, 3, 8, 8]), one([16, 3, 1, 1]), UNPADDED), [0, 2, 3, 1]),
      one([16]),
      one([16]),
      1e-6,
    );
    const nextPixel = b.constant(
      Float32Array.from({ length: 16 * 3 }, (_, i) => Number(i % 3 === 2)),
      [16, 1, 1, 3],
    );
    const branch = b.conv(b.transpose(x, [0, 3, 1, 2]), nextPixel, { stride: 1, pads: [0, 1, 0, 1], groups: 16 });
    const { program, centre } = placeCells(b, b.transpose(b.add(x, b.transpose(branch, [0, 2, 3, 1])), [0, 3, 1, 2]));
    const executable = await (await ENGINES[0]!.open()).compile({ program, outputs: { centre } }, new Map());
    const found = (await executable.run({ images: new Float32Array(3 * 64) }))['centre'];
    expect(found![0]).toBeCloseTo(0.5);
    expect(found![1]).toBeCloseTo(1); // the mean of 0.5 and 1.5
    await executable.dispose();
  });

  test('can’t be joined where the cells of two paths are not equally far apart', () => {
    const b = new ProgramBuilder();
    const images = b.input('images', [1, 3, 8, 8]);
    const kernel = b.param({ name: 'w', shape: [3, 3, 1, 1], kind: 'weight' });
    const half = b.conv(images, kernel, { stride: 2, pads: [0, 0, 0, 0], groups: 1 });
    const part = b.slice(images, [2, 3], [0, 0], [4, 4]);
    expect(() => placeCells(b, b.add(half, part))).toThrow('2 and 1 px apart');
  });

  test('are those of maps that are computed from the images', () => {
    const b = new ProgramBuilder();
    b.input('images', [1, 3, 8, 8]);
    expect(() => placeCells(b, b.filled(1, [1, 3, 4, 4]))).toThrow('does not depend on the images');
  });
});
