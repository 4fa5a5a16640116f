import { describe, expect, test, vi } from 'vitest';
import type * as Backbones from '../../../src/main/nn/backbones/index.ts';
import { convNeXtTiny } from '../../../src/main/nn/backbones/convnext-tiny.ts';
import { convNeXt } from '../../../src/main/nn/backbones/families/convnext.ts';
import { backboneParams, trainableNames } from '../../../src/main/nn/siamese.ts';
import { matchNames } from '../../../src/main/nn/weights/names.ts';
import { verifyNames } from '../../../src/main/nn/weights/verify.ts';
import { DEVICE_UNDER_TEST, ENGINES } from '../engines.ts';
import { testAgainstTimm, timmCase } from './timm.ts';

// The same blocks, few of them and narrow, so that every engine can run them.
vi.mock('../../../src/main/nn/backbones/index.ts', async (importOriginal) => {
  const { backboneOf } = await importOriginal<typeof Backbones>();
  const small = convNeXt({ depths: [1, 1, 2, 1], widths: [16, 32, 48, 64] });
  return { backboneOf: (name: Parameters<typeof backboneOf>[0]) => (name === 'compact' ? small : backboneOf(name)) };
});

const small = timmCase('small_encoders.json', 'convnext_test');
const spec = { backbone: 'convnext_tiny', flavour: 'torch', size: 32, dim: 2 } as const;

describe.each(ENGINES)('$title', (engine) => testAgainstTimm(engine, small, 'compact', { isSmall: true }));
if (!DEVICE_UNDER_TEST) testAgainstTimm(ENGINES[0]!, timmCase('encoders_parity.json', 'convnext_tiny'), 'convnext_tiny');

test('its parameters are those of timm, name for name and shape for shape; the norm of the classifier is not one of them', () => {
  const stored = Object.entries(small.parameters as Record<string, number[]>).filter(([name]) => !name.startsWith('head.'));
  const own = backboneParams({ ...spec, backbone: 'compact' }).map(({ name, shape }) => [name, shape]);
  expect(own).toHaveLength(stored.length);
  expect(own).toEqual(expect.arrayContaining(stored));
  const entries = new Map([
    ...backboneParams(spec).map(({ name, shape }) => [name, shape] as const),
    ...(['head.norm.weight', 'head.norm.bias'] as const).map((name) => [name, [768]] as const),
    ['head.fc.weight', [1000, 768]] as const,
    ['head.fc.bias', [1000]] as const,
  ]);
  expect(entries.size).toBe((timmCase('encoders_parity.json', 'convnext_tiny').parameters as number) + 2); // without the classifier's matrix
  expect(() => verifyNames(matchNames(entries), { backbone: 'convnext_tiny', params: backboneParams(spec), entries })).not.toThrow();
});

test('last-stage trains the fourth stage with its downsampling', () => {
  const names = trainableNames(spec, 'last-stage').filter((name) => name.startsWith('backbone.'));
  expect(names.every((name) => name.startsWith('backbone.stages.3.'))).toBe(true);
  expect(names).toContain('backbone.stages.3.downsample.1.weight');
});

test('a deeper or wider ConvNeXt is called by its name', () => {
  const named = (change: (name: string, shape: readonly number[]) => [string, readonly number[]][]): string | undefined => {
    const changed = backboneParams(spec).flatMap(({ name, shape }) => change(name, shape));
    return convNeXtTiny.recognise(new Map(changed.map(([name, shape]) => [name, { shape }])), 'convnext_tiny')?.network;
  };
  expect(named((name, shape) => [[name, shape]])).toBe('convnext_tiny');
  const deeper = (name: string, shape: readonly number[]): [string, readonly number[]][] =>
    name.startsWith('stages.2.blocks.8.')
      ? Array.from({ length: 19 }, (_, i): [string, readonly number[]] => [name.replace('blocks.8', `blocks.${8 + i}`), shape])
      : [[name, shape]];
  expect(named(deeper)).toBe('convnext_small');
  expect(named((name, shape) => [[name, shape.map((n) => (n === 96 ? 128 : n))]])).toBe('a ConvNeXt of another size');
});
