import { isOf, type Program } from '../ir/program.ts';
import { PRIMITIVES } from '../ir/primitives/index.ts';
import { sameShape } from '../ir/shapes.ts';
import type { Value } from '../ir/value.ts';
import { rewrite } from './rewrite.ts';

/**
 * Removes a reshape that undoes an earlier one. Independent gradient rules emit such pairs: two per frozen batch norm. The
 * earlier reshape stays for other readers; `prune` removes it where there are none.
 */
export function cancelReshapes(program: Program): Program {
  const sources = new Map<Value, Value>(); // a reshape's result -> the value before the first reshape
  return rewrite(program, (_, instruction) => {
    if (!isOf(instruction, PRIMITIVES.reshape)) return null;
    const x = instruction.inputs[0]!;
    const [y] = instruction.outputs;
    const original = sources.get(x) ?? x;
    if (sameShape(original.shape, y!.shape)) return [original];
    sources.set(y!, original);
    return null;
  });
}
