import type { MaxPoolAttrs } from '../attributes.ts';
import type { Primitive } from '../primitive.ts';
import { float } from '../value.ts';
import { poolAttributes, poolMap, pooledShape } from './pools.ts';

/** Maximum over windows: [N, C, H, W] -> [N, C, h, w]. A window's gradient goes to its first maximum. */
export const maxPool: Primitive<MaxPoolAttrs> = {
  name: 'maxPool',
  types: ([x], attrs) => [float(pooledShape(x!.shape, attrs))],
  gradient: (b, { inputs: [x], output, attrs, gradient }) => [b.maxPoolGradient(gradient, x!, output, attrs)],
  onnx: ({ attrs }) => ({ op: 'MaxPool', attrs: poolAttributes(attrs) }),
  tensorflow: { maps: { inputs: [0], output: true }, run: (tf, [x], attrs) => poolMap(tf, x!, attrs) },
};
