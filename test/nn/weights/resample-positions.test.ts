import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ParamSpec } from '../../../src/main/nn/ir/tensor.ts';
import { backboneParams } from '../../../src/main/nn/siamese.ts';
import { loadWeights } from '../../../src/main/nn/weights/load.ts';
import { matchNames } from '../../../src/main/nn/weights/names.ts';
import { resamplePositions } from '../../../src/main/nn/weights/resample-positions.ts';
import { writeSafetensors } from '../../../src/main/nn/weights/safetensors.ts';
import { verifyNames } from '../../../src/main/nn/weights/verify.ts';
import { hashed, norm, readFixture } from '../reference.ts';
import { errorOf, scratchFolder } from './specs.ts';

interface Resampled {
  from: number;
  to: number;
  prefix: number;
  channels: number;
  first: number[]; // of the first four rows
  middle: number[]; // row 1 + to² / 2
  norm: number;
}

const { posEmbed } = readFixture<{ posEmbed: Resampled[] }>('encoders_parity.json');
const close = (found: ArrayLike<number>, expected: ArrayLike<number>): void => {
  for (let i = 0; i < expected.length; i++) expect(Math.abs(found[i]! - expected[i]!)).toBeLessThan(1e-5);
};

test.each(posEmbed)('positions of $from × $from patches become those of $to × $to as in timm', ({ from, to, prefix, channels, ...expected }) => {
  const shape = [1, prefix + from ** 2, channels];
  const found = resamplePositions(Float32Array.from(hashed('pos', shape[1]! * channels)), shape, prefix, to);
  close(found, expected.first);
  close(found.subarray((1 + Math.floor(to ** 2 / 2)) * channels), expected.middle);
  expect(Math.abs(norm(found) / expected.norm - 1)).toBeLessThan(1e-5);
});

describe('a file of weights', () => {
  const path = join(scratchFolder(), 'model.safetensors');
  const params: ParamSpec[] = [
    { name: 'pos_embed', shape: [1, 1 + 7 ** 2, 8], kind: 'weight', positions: { prefix: 1 } },
    { name: 'norm.weight', shape: [8], kind: 'weight' },
  ];
  const save = (positions: readonly number[]): void => {
    const data = Float32Array.from(
      hashed(
        'pos',
        positions.reduce((n, d) => n * d, 1),
      ),
    );
    writeSafetensors(
      path,
      new Map([
        ['pos_embed', { shape: positions, data }],
        ['norm.weight', { shape: [8], data: new Float32Array(8).fill(1) }],
      ]),
      {},
    );
  };

  test('of another image size is loaded with its positions resampled', async () => {
    save([1, 1 + 37 ** 2, 8]);
    const { tensors } = await loadWeights(path, { backbone: 'dinov2_vits14', params });
    expect(tensors.get('pos_embed')!.shape).toEqual([1, 50, 8]);
    close(tensors.get('pos_embed')!.data, posEmbed.find(({ to }) => to === 7)!.first);
  });

  test.each([
    ['patches that are no square', [1, 1 + 48, 8], '[1, 49, 8] and should be [1, 50, 8]'],
    ['another width', [1, 1 + 49, 16], '[1, 50, 16] and should be [1, 50, 8]'],
  ])('whose positions have %s is refused', async (_, shape, message) => {
    save(shape);
    const error = await errorOf(() => loadWeights(path, { backbone: 'dinov2_vits14', params }), 'bad-weights');
    expect(error.message).toContain(message);
  });
});

describe('weights of another vision transformer', () => {
  const spec = { backbone: 'dinov2_vits14', flavour: 'torch', size: 28, dim: 2 } as const;
  const params = backboneParams(spec);
  const messageFor = (rename: (name: string, shape: readonly number[]) => [string, readonly number[]][]): Promise<string> => {
    const entries = new Map(params.flatMap(({ name, shape }) => rename(name, shape)));
    return errorOf(() => verifyNames(matchNames(entries), { backbone: 'dinov2_vits14', params, entries }), 'bad-weights').then(
      ({ message }) => message,
    );
  };

  test('of a ConvNeXt, whose third stage has as many channels: the message names it', async () => {
    const entries = new Map(backboneParams({ ...spec, backbone: 'convnext_tiny', size: 32 }).map(({ name, shape }) => [name, shape]));
    const wanted = new Map(params.map(({ name, shape }) => [name, shape]));
    const error = await errorOf(() => verifyNames(matchNames(entries, wanted), { backbone: 'dinov2_vits14', params, entries }), 'bad-weights');
    expect(error.message).toContain('they are for convnext_tiny: choose that backbone');
  });

  test.each<[string, (name: string, shape: readonly number[]) => [string, readonly number[]][], string]>([
    [
      'with registers',
      (name, shape) =>
        name === 'cls_token'
          ? [
              [name, shape],
              ['reg_token', [1, 4, 384]],
            ]
          : [[name, name === 'pos_embed' ? [1, 37 ** 2, 384] : shape]],
      'they are for dinov2_vits14_reg: choose that backbone',
    ],
    ['of twice the width', (name, shape) => [[name, shape.map((n) => (n === 384 ? 768 : n))]], 'they are for dinov2_vitb14: choose that backbone'],
    [
      'of smaller patches',
      (name, shape) => [[name, shape.map((n) => (n === 14 ? 8 : n))]],
      'they are for another vision transformer, which Twinlens',
    ],
  ])('%s: the message names it', async (_, rename, expected) => {
    expect(await messageFor(rename)).toContain(expected);
  });
});
