import { isOf, type Program } from '../ir/program.ts';
import { PRIMITIVES } from '../ir/primitives/index.ts';
import { sameShape } from '../ir/shapes.ts';
import type { Value } from '../ir/value.ts';
import { rewrite } from './rewrite.ts';

/**
 * Leaves out a reshape that undoes another one: gradient rules that know nothing of each other write such pairs, two for each frozen
 * batch norm. What was reshaped before stays for other readers; `prune` removes it where there are none.
 */
export function cancelReshapes(program: Program): Program {
  const before = new Map<Value, Value>(); // a reshaped value -> what it was
  return rewrite(program, (_, instruction) => {
    if (!isOf(instruction, PRIMITIVES.reshape)) return null;
    const x = instruction.inputs[0]!;
    const [y] = instruction.outputs;
    const original = before.get(x) ?? x;
    if (sameShape(original.shape, y!.shape)) return [original];
    before.set(y!, original);
    return null;
  });
}
