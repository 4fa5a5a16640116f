import { describe, expect, test } from 'vitest';
import { backboneParams, type SiameseSpec } from '../../../src/main/nn/siamese.ts';
import { matchNames } from '../../../src/main/nn/weights/names.ts';
import { verifyNames } from '../../../src/main/nn/weights/verify.ts';
import { ENGINES } from '../engines.ts';
import { testAgainstTimm, timmCase } from './timm.ts';

const c = timmCase('encoders_parity.json', 'resnet34');
const spec: SiameseSpec = { backbone: 'resnet34', flavour: 'torch', size: c.size, dim: 2 };

test('its parameters are those of timm, name for name and shape for shape', () => {
  const { 'bn1.num_batches_tracked': _, ...stored } = c.parameters as Record<string, number[]>;
  const own = Object.entries(stored).filter(([name]) => !name.endsWith('.num_batches_tracked'));
  expect(backboneParams(spec).map(({ name, shape }) => [name, shape])).toEqual(expect.arrayContaining(own));
  expect(backboneParams(spec)).toHaveLength(own.length);
  const entries = new Map([...Object.entries(c.parameters), ['fc.weight', [1000, 512]], ['fc.bias', [1000]]]);
  expect(() => verifyNames(matchNames(entries), { backbone: 'resnet34', params: backboneParams(spec), entries })).not.toThrow();
});

describe.each(ENGINES)('$title', (engine) => testAgainstTimm(engine, c, 'resnet34'));
