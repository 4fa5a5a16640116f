import type { Instruction, Program } from '../ir/program.ts';

/**
 * Puts the instructions whose results nobody reads last, the first layer's gradient before the last layer's. onnxruntime schedules
 * backwards from the last sink: it computes what that one needs, then what the last but one needs. With gradients in the order
 * of their writing it would begin with the first layer's, and every layer's dY would be retained until its turn comes.
 */
export function orderSinks(program: Program): Program {
  const isRead = new Set(program.instructions.flatMap((i) => i.inputs));
  const isSink = (i: Instruction): boolean => !i.outputs.some((value) => isRead.has(value));
  const { instructions } = program;
  return { ...program, instructions: [...instructions.filter((i) => !isSink(i)), ...instructions.filter(isSink).toReversed()] };
}
