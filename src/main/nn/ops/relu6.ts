import type { Op } from './op.ts';

/** min(max(x, 0), 6); the gradient is 1 strictly between 0 and 6, else 0 (as PyTorch's ReLU6). */
export const relu6: Op<null> = {
  shapes: ([x]) => [x!],
  forward: (e, [x]) => ({ outputs: [e.pointwise('Clip', x!, [e.scalar(0), e.scalar(6)])] }),
  gradient(e, { outputs, gradient }) {
    const y = e.lyingAs(gradient, outputs[0]!);
    return [e.mul(gradient, e.toFloat(e.and(e.greater(y, e.scalar(0)), e.less(y, e.scalar(6)))))];
  },
};
