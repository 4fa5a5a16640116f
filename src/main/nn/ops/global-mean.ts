import { expectRank, type Op } from './op.ts';

/** Mean over space: [N, C, h, w] -> [N, C]. */
export const globalMean: Op<null> = {
  shapes([x]) {
    expectRank(x!, 4, 'A feature map');
    return [[x![0]!, x![1]!]];
  },
  forward(e, [x]) {
    return { outputs: [e.mean(x!, [2, 3], false)] };
  },
  gradient(e, { inputs: [x], gradient }) {
    const [n, c, h, w] = x!.shape as [number, number, number, number];
    const small = e.reshape(e.scale(gradient, 1 / (h * w)), [n, c, 1, 1]);
    return [e.node('Expand', [small, e.ints(x!.shape)], x!.shape)];
  },
};
