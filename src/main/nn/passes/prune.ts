import type { Operation } from '../ir/primitive.ts';
import type { Instruction, Program } from '../ir/program.ts';
import type { Value } from '../ir/value.ts';

/** Removes the instructions and constants that no output needs. Inputs stay, because callers feed them. */
export function prune<O extends Operation>(program: Program<O>): Program<O> {
  const needed = new Set<Value>(program.outputs.values());
  const instructions: Instruction<O>[] = [];
  for (const instruction of program.instructions.toReversed()) {
    if (!instruction.outputs.some((value) => needed.has(value))) continue;
    instructions.push(instruction);
    for (const value of instruction.inputs) needed.add(value);
  }
  return {
    ...program,
    instructions: instructions.reverse(),
    constants: new Map([...program.constants].filter(([value]) => needed.has(value))),
    customGradients: [],
  };
}
