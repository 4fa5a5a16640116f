import type { Instruction, Program } from '../ir/program.ts';

/**
 * Moves sinks (instructions whose results nobody reads) to the end, the first layer's gradient first. onnxruntime schedules
 * backwards from the last sink, so the last layer's gradient runs first and each dY is freed early. In the order of
 * differentiation the first layer's gradient would run first, and the dY of every layer would be retained until then.
 */
export function orderSinks(program: Program): Program {
  const isRead = new Set(program.instructions.flatMap((i) => i.inputs));
  const isSink = (i: Instruction): boolean => !i.outputs.some((value) => isRead.has(value));
  const { instructions } = program;
  return { ...program, instructions: [...instructions.filter((i) => !isSink(i)), ...instructions.filter(isSink).toReversed()] };
}
