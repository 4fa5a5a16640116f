import { expectShape, type Op } from './op.ts';

/** Elementwise sum of two equally shaped tensors (a residual connection). */
export const add: Op<null> = {
  shapes([a, b]) {
    expectShape(b!, a!, 'The second summand');
    return [a!];
  },
  forward: (e, [a, b]) => ({ outputs: [e.add(a!, b!)] }),
  gradient: (_e, { gradient }) => [gradient, gradient],
};
