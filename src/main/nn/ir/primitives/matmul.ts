import type { MatmulAttrs } from '../attributes.ts';
import type { Operations } from '../operations.ts';
import type { Primitive } from '../primitive.ts';
import { broadcastShape, expectShape, sameShape } from '../shapes.ts';
import { float, type Value } from '../value.ts';
import { sumTo } from './arithmetic-rules.ts';

/** [..., m, k] x [..., k, n] -> [..., m, n], batched over leading axes, which broadcast. An optional bias [n] for matrices only. */
export const matmul: Primitive<MatmulAttrs> = {
  name: 'matmul',
  types([a, b, bias], { transposeA, transposeB }) {
    const [left, right] = [transposedShape(a!.shape, transposeA), transposedShape(b!.shape, transposeB)];
    if (left.length < 2 || right.length < 2 || left.at(-1) !== right.at(-2)) throw new Error(`[${left}] and [${right}] can't be multiplied.`);
    const shape = [...broadcastShape(left.slice(0, -2), right.slice(0, -2)), left.at(-2)!, right.at(-1)!];
    if (bias) {
      if (shape.length > 2) throw new Error(`A bias is added to matrices only, not to [${shape}].`);
      expectShape(bias.shape, [shape[1]!], 'The bias of a product');
    }
    return [float(shape)];
  },
  gradient(e, { inputs: [a, b, bias], attrs: { transposeA, transposeB }, gradient: g, needs }) {
    return [
      needs[0]
        ? sumTo(
            e,
            transposeA ? e.matmul(b!, g, { transposeA: transposeB, transposeB: true }) : e.matmul(g, b!, { transposeB: !transposeB }),
            a!.shape,
          )
        : null,
      needs[1]
        ? sumTo(
            e,
            transposeB ? e.matmul(g, a!, { transposeA: true, transposeB: transposeA }) : e.matmul(a!, g, { transposeA: !transposeA }),
            b!.shape,
          )
        : null,
      ...(bias ? [needs[2] ? e.sum(g, [0]) : null] : []),
    ];
  },
  /** ONNX's MatMul can't transpose. Only the CPU provider has FusedMatMul, and its optimizer fuses Transpose and MatMul into it. */
  expand(b, [left, right, bias], { transposeA, transposeB }) {
    if (bias || !(transposeA || transposeB)) return null;
    return b.matmul(transposeA ? swapLastAxes(b, left!) : left!, transposeB ? swapLastAxes(b, right!) : right!);
  },
  onnx({ inputs, attrs: { transposeA, transposeB } }) {
    if (inputs.length === 2) return { op: 'MatMul' };
    return { op: 'Gemm', attrs: { ...(transposeA ? { transA: 1 } : {}), ...(transposeB ? { transB: 1 } : {}) } };
  },
  tensorflow: {
    run(tf, [a, b, bias], { transposeA, transposeB }) {
      // The gradient of TF.js's matMul ignores broadcasting.
      const lead = broadcastShape(a!.shape.slice(0, -2), b!.shape.slice(0, -2));
      const operands = [a!, b!].map((x) => (sameShape(x.shape.slice(0, -2), lead) ? x : tf.broadcastTo(x, [...lead, ...x.shape.slice(-2)])));
      const product = tf.matMul(operands[0]!, operands[1]!, transposeA, transposeB);
      return bias ? tf.add(product, bias) : product;
    },
  },
};

const transposedShape = (shape: readonly number[], isTransposed: boolean): readonly number[] =>
  isTransposed ? [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!] : shape;

function swapLastAxes(b: Operations, x: Value): Value {
  const axes = x.shape.map((_, i) => i);
  return b.transpose(x, [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!]);
}
