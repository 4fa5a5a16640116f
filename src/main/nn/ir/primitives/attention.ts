import type { Operations } from '../operations.ts';
import type { Primitive } from '../primitive.ts';
import { expectRank, expectShape } from '../shapes.ts';
import { float, type Shape, type Value } from '../value.ts';
import { exponentialShares } from './softmax-shares.ts';

export interface AttentionAttrs {
  heads: number; // H
}

/**
 * Scaled dot-product attention (Vaswani et al. 2017, equation 1) of H heads, each with d = C / H channels:
 * softmax(Q K^T / sqrt d) V. Queries [N, T, C], keys and values [N, M, C] -> [N, T, C]; head k has channels k d to (k + 1) d.
 * The gradient computes the softmax again instead of saving [N, H, T, M].
 */
export const attention: Primitive<AttentionAttrs> = {
  name: 'attention',
  types([query, key, value], { heads }) {
    expectRank(query!.shape, 3, 'Queries');
    const [images, , channels] = query!.shape as [number, number, number];
    if (channels % heads !== 0) throw new Error(`${channels} channels can't be divided among ${heads} heads.`);
    expectShape(key!.shape, [images, key!.shape[1]!, channels], 'Keys');
    expectShape(value!.shape, key!.shape, 'Values');
    return [float(query!.shape)];
  },
  // With P = softmax(S), S = Q K^T / sqrt d and G = dY, per head:
  // dV = P^T G, dP = G V^T, dS = P (dP - sum(P dP)), dQ = dS K / sqrt d, dK = dS^T Q / sqrt d.
  gradient(b, { inputs: [query, key, value], attrs: { heads }, gradient, needs }) {
    const [q, k, v, g] = [query!, key!, value!, gradient].map((x) => splitHeads(b, x, heads)) as [Value, Value, Value, Value];
    const p = attentionWeights(b, q, k);
    const join = (x: Value): Value => joinHeads(b, x);
    const dV = needs[2] ? join(b.matmul(p, g, { transposeA: true })) : null;
    if (!needs[0] && !needs[1]) return [null, null, dV];
    const dP = b.matmul(g, v, { transposeB: true });
    const dS = b.scale(b.mul(p, b.sub(dP, b.sum(b.mul(p, dP), [3], true))), scaleOf(q.shape));
    return [needs[0] ? join(b.matmul(dS, k)) : null, needs[1] ? join(b.matmul(dS, q, { transposeA: true })) : null, dV];
  },
  /** ONNX has Attention from opset 23 on. */
  expand(b, inputs, { heads }, target) {
    if (target !== 'file') return null;
    const [q, k, v] = inputs.map((x) => splitHeads(b, x, heads)) as [Value, Value, Value];
    return joinHeads(b, b.matmul(attentionWeights(b, q, k), v));
  },
  onnx: ({ attrs: { heads } }) => ({ op: 'MultiHeadAttention', domain: 'com.microsoft', attrs: { num_heads: heads } }),
  tensorflow: {
    run(tf, [query, key, value], { heads }) {
      const split = [query!, key!, value!].map((x) => tf.transpose(tf.reshape(x, splitShape(x.shape, heads)), SPLIT_ORDER));
      const scores = tf.mul(tf.matMul(split[0]!, split[1]!, false, true), scaleOf(split[0]!.shape));
      const attended = tf.matMul(exponentialShares(tf, scores, 3), split[2]!, false, false);
      return tf.reshape(tf.transpose(attended, SPLIT_ORDER), [...query!.shape]);
    },
  },
};

const SPLIT_ORDER = [0, 2, 1, 3]; // its own inverse

const splitShape = ([images, tokens, channels]: Shape, heads: number): number[] => [images!, tokens!, heads, channels! / heads];

/** [N, T, C] -> [N, H, T, d] */
const splitHeads = (b: Operations, x: Value, heads: number): Value => b.transpose(b.reshape(x, splitShape(x.shape, heads)), SPLIT_ORDER);

/** [N, H, T, d] -> [N, T, C] */
function joinHeads(b: Operations, x: Value): Value {
  const [images, heads, tokens, width] = x.shape as [number, number, number, number];
  return b.reshape(b.transpose(x, SPLIT_ORDER), [images, tokens, heads * width]);
}

const scaleOf = (split: Shape): number => 1 / Math.sqrt(split.at(-1)!);

/** softmax(Q K^T / sqrt d), [N, H, T, M], of queries and keys by head. */
const attentionWeights = (b: Operations, q: Value, k: Value): Value => b.softmax(b.scale(b.matmul(q, k, { transposeB: true }), scaleOf(q.shape)), 3);
