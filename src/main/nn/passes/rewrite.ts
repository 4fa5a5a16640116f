import { ProgramBuilder } from '../ir/build/builder.ts';
import type { Operation } from '../ir/primitive.ts';
import type { Instruction, Program } from '../ir/program.ts';
import type { Value } from '../ir/value.ts';

/**
 * Replaces some instructions of a program. `replace` gets each instruction with its inputs in the new program, and the original. It
 * returns the values that replace the results, or null to copy the instruction unchanged.
 */
export function rewrite(
  program: Program,
  replace: (b: ProgramBuilder<Operation>, instruction: Instruction, original: Instruction) => readonly Value[] | null,
): Program {
  const b = ProgramBuilder.rewriting<Operation>(program);
  const replacements = new Map<Value, Value>();
  const current = (value: Value): Value => replacements.get(value) ?? value;
  for (const original of program.instructions) {
    const instruction = { ...original, inputs: original.inputs.map(current) };
    const results = replace(b, instruction, original);
    if (results) original.outputs.forEach((value, i) => replacements.set(value, results[i]!));
    else b.appendInstruction(instruction);
  }
  for (const [name, value] of program.outputs) b.output(name, current(value));
  return b;
}
