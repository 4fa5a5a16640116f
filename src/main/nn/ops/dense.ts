import { expectRank, expectShape, type Op } from './op.ts';

/** x W^T + b: x [N, I], W [O, I], b [O] -> [N, O] (PyTorch's Linear). */
export const dense: Op<null> = {
  shapes([x, w, b]) {
    expectRank(x!, 2, 'The input of a dense layer');
    expectShape(w!, [w![0]!, x![1]!], 'Dense weights');
    expectShape(b!, [w![0]!], 'A dense bias');
    return [[x![0]!, w![0]!]];
  },
  forward(e, [x, w, b]) {
    return { outputs: [e.node('Gemm', [x!, w!, b!], [x!.shape[0]!, w!.shape[0]!], { transB: 1 })] };
  },
  gradient(e, { inputs: [x, w], gradient: g, needs }) {
    return [
      needs[0] ? e.matmul(g, w!) : null, // [N, I]
      needs[1] ? e.matmul(e.transpose(g, [1, 0]), x!) : null, // [O, I]
      needs[2] ? e.sum(g, [0], false) : null, // [O]
    ];
  },
};
