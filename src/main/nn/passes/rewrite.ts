import { ProgramBuilder } from '../ir/build/builder.ts';
import type { Operation } from '../ir/primitive.ts';
import type { Instruction, Program } from '../ir/program.ts';
import type { Value } from '../ir/value.ts';

/**
 * A program in which some instructions are replaced. `replace` is given each instruction with its inputs as they are in the new
 * program, and returns what takes the place of its results; null leaves it as it is.
 */
export function rewrite(
  program: Program,
  replace: (b: ProgramBuilder<Operation>, instruction: Instruction, original: Instruction) => readonly Value[] | null,
): Program {
  const b = ProgramBuilder.rewriting<Operation>(program);
  const replaced = new Map<Value, Value>();
  const current = (value: Value): Value => replaced.get(value) ?? value;
  for (const original of program.instructions) {
    const instruction = { ...original, inputs: original.inputs.map(current) };
    const results = replace(b, instruction, original);
    if (results) original.outputs.forEach((value, i) => replaced.set(value, results[i]!));
    else b.appendInstruction(instruction);
  }
  for (const [name, value] of program.outputs) b.output(name, current(value));
  return b;
}
