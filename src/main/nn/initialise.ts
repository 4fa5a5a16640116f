import { randomFor } from '../../shared/random.ts';
import { type ParamSpec, sizeOf, type TensorMap } from './ir/tensor.ts';

/**
 * Initial weights: kernels and hidden layers normal with variance 2 / fan-in (He et al. 2015), the last dense layer with
 * 1 / fan-in, batch norm as identity, biases 0 where a network doesn't ask for another value (`start`). Each tensor has a
 * random stream of its own, so its values don't depend on the other tensors.
 */
export function initialTensors(specs: readonly ParamSpec[], seed: number): TensorMap {
  return new Map(specs.map((spec) => [spec.name, { shape: spec.shape, data: initialValues(spec, seed) }]));
}

function initialValues({ name, shape, kind, start }: ParamSpec, seed: number): Float32Array {
  const data = new Float32Array(sizeOf(shape));
  if (start !== undefined) return data.fill(start);
  if (shape.length === 1) return data.fill(kind === 'statistic' ? Number(name.endsWith('running_var')) : Number(name.endsWith('.weight')));
  const fanIn = sizeOf(shape) / shape[0]!;
  const deviation = Math.sqrt((name === 'fc.2.weight' ? 1 : 2) / fanIn);
  const random = randomFor(seed, 'weights', name);
  return data.map(() => deviation * random.normal());
}
