import { expect, test } from 'vitest';
import { initialTensors } from '../../src/main/nn/initialise.ts';
import { siameseParams } from '../../src/main/nn/siamese.ts';

test('each tensor has its own random stream: omitting one does not change the others', () => {
  const specs = siameseParams({ backbone: 'compact', flavour: 'torch', size: 32, dim: 2 });
  const all = initialTensors(specs, 5);
  const some = initialTensors(specs.slice(3), 5);
  for (const [name, tensor] of some) expect(tensor.data).toEqual(all.get(name)!.data);
  expect(initialTensors(specs, 6).get('fc.0.weight')!.data).not.toEqual(all.get('fc.0.weight')!.data);
});

test('biases start at 0 and norms as identity, except the compact network’s last norm', () => {
  const tensors = initialTensors(siameseParams({ backbone: 'compact', flavour: 'torch', size: 32, dim: 2 }), 1);
  const biases = [...tensors].filter(([name]) => name.endsWith('.bias'));
  for (const [name, { data }] of biases) expect(new Set(data), name).toEqual(new Set([name === 'backbone.stage3.norm.bias' ? -1 : 0]));
  expect(new Set(tensors.get('backbone.stage3.norm.weight')!.data)).toEqual(new Set([1]));
  expect(new Set(tensors.get('backbone.stage3.norm.running_mean')!.data)).toEqual(new Set([0]));
});
