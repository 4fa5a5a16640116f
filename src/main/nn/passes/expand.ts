import type { Target } from '../ir/primitive.ts';
import type { Program } from '../ir/program.ts';
import { rewrite } from './rewrite.ts';

/** Expands instructions that the target has no operator for, until every instruction is one operator. */
export function expand(program: Program, target: Target): Program {
  let isChanged = false;
  const expanded = rewrite(program, (b, { operation, inputs, attrs }) => {
    const result = operation.expand?.(b, inputs, attrs, target);
    if (!result) return null;
    isChanged = true;
    return [result];
  });
  return isChanged ? expand(expanded, target) : program;
}
