import { expect, test } from 'vitest';
import { relu6 } from '../../../src/main/nn/functional/activations.ts';
import { ProgramBuilder } from '../../../src/main/nn/ir/build/builder.ts';
import { blockedLayout } from '../../../src/main/nn/passes/blocked-layout.ts';
import { fuseActivations } from '../../../src/main/nn/passes/fuse-activations.ts';

function operations(isReadTwice: boolean): string[] {
  const b = new ProgramBuilder();
  const [x, w] = [b.input('x', [1, 8, 4, 4]), b.input('w', [8, 1, 3, 3])];
  const filtered = b.conv(x, w, { stride: 1, pads: [1, 1, 1, 1], groups: 8 });
  const y = relu6(b, filtered);
  b.output('y', isReadTwice ? b.add(filtered, y) : y);
  return fuseActivations(blockedLayout(b, 8)).instructions.map(({ operation, attrs }) =>
    JSON.stringify(attrs).includes('activation') ? `${operation.name} with activation` : operation.name,
  );
}

test('a blocked convolution applies the activation that is its only reader', () => {
  expect(operations(false)).toContain('blockedConv with activation');
  expect(operations(false)).not.toContain('clamp');
});

test('an activation stays if the convolution has another reader', () => {
  expect(operations(true)).toContain('blockedConv');
  expect(operations(true)).toContain('clamp');
});
