import { randomFor } from '../../shared/random.ts';
import { type ParamSpec, sizeOf, type TensorMap } from './ir/tensor.ts';

/**
 * Weights to start from: kernels and hidden layers normal with variance 2 / fan-in (He et al. 2015), the last dense
 * layer with 1 / fan-in, batch norm as identity, biases zero, except where a network asks for another `start`. Each tensor has its own stream, so one does not depend on
 * which others are drawn.
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
