import { randomFor } from '../../shared/random.ts';
import { type ParamSpec, sizeOf, type TensorMap } from './ir/tensor.ts';

/**
 * Initial weights: kernels and hidden layers normal with variance 2 / fan-in (He et al. 2015), the last dense layer with
 * variance 1 / fan-in, batch norm as identity, biases 0. `initialValue` overrides these. Each tensor has its own random
 * stream, so its values don't depend on the other tensors.
 */
export function initialTensors(specs: readonly ParamSpec[], seed: number): TensorMap {
  return new Map(specs.map((spec) => [spec.name, { shape: spec.shape, data: initialValues(spec, seed) }]));
}

function initialValues({ name, shape, kind, initialValue }: ParamSpec, seed: number): Float32Array {
  const data = new Float32Array(sizeOf(shape));
  if (initialValue !== undefined) return data.fill(initialValue);
  if (shape.length === 1) return data.fill(kind === 'statistic' ? Number(name.endsWith('running_var')) : Number(name.endsWith('.weight')));
  const fanIn = sizeOf(shape) / shape[0]!;
  const deviation = Math.sqrt((name === 'fc.2.weight' ? 1 : 2) / fanIn);
  const random = randomFor(seed, 'weights', name);
  return data.map(() => deviation * random.normal());
}
