import type { Primitive } from '../primitive.ts';
import { exponentialShares } from './softmax-shares.ts';

/** exp(x) / sum exp(x) along `axis`, computed from x less its maximum, so exp can't overflow. dx = y (g - sum(g y)). */
export const softmax: Primitive<{ axis: number }> = {
  name: 'softmax',
  types([x], { axis }) {
    if (!(axis >= 0 && axis < x!.shape.length)) throw new Error(`[${x!.shape}] has no axis ${axis}.`);
    return [x!];
  },
  gradient: (b, { output: y, attrs: { axis }, gradient: g }) => [b.mul(y, b.sub(g, b.sum(b.mul(g, y), [axis], true)))],
  onnx: ({ attrs: { axis } }) => ({ op: 'Softmax', attrs: { axis } }),
  tensorflow: { run: (tf, [x], { axis }) => exponentialShares(tf, x!, axis) },
};
