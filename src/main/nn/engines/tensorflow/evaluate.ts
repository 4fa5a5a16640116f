import type { Primitive } from '../../ir/primitive.ts';
import type { Instruction, SourceProgram } from '../../ir/program.ts';
import type { Value } from '../../ir/value.ts';
import { type DeviceTensor, plain } from './device-tensor.ts';
import { runInstruction } from './instruction.ts';
import type { Tf } from './library.ts';

/**
 * Evaluates what `wanted` needs, instruction by instruction from what is bound. A tensor is freed after its last use, so that a
 * forward pass holds a layer or two and not the whole network; bound ones stay. The caller disposes of what it gets.
 */
export function evaluate(
  tf: Tf,
  program: SourceProgram,
  wanted: readonly Value[],
  bound: ReadonlyMap<Value, DeviceTensor>,
): Map<Value, DeviceTensor> {
  const values = new Map(bound);
  const instructions = instructionsFor(program, wanted, bound);
  const uses = new Map<Value, number>();
  const use = (value: Value, by: number): number => {
    const count = (uses.get(value) ?? 0) + by;
    uses.set(value, count);
    return count;
  };
  const find = (value: Value): DeviceTensor => {
    const known = values.get(value) ?? constantOf(tf, program, value);
    if (!known) throw new Error(`A value of shape [${value.shape}] is used before it is computed.`);
    values.set(value, known);
    return known;
  };
  for (const value of wanted) use(value, 1);
  for (const { inputs } of instructions) for (const value of inputs) use(value, 1);
  for (const instruction of instructions) {
    values.set(instruction.outputs[0]!, runInstruction(tf, instruction, instruction.inputs.map(find)));
    for (const value of instruction.inputs) {
      if (use(value, -1) > 0 || bound.has(value)) continue;
      values.get(value)?.tensor.dispose();
      values.delete(value);
    }
  }
  return new Map(wanted.map((value) => [value, find(value)]));
}

/** The values that follow from parameters alone: an engine with fixed weights evaluates them once. */
export function constantValues(program: SourceProgram): Value[] {
  const constant = new Set<Value>([...program.params.values()].map(({ value }) => value));
  const found: Value[] = [];
  for (const { inputs, outputs } of program.instructions) {
    if (!inputs.every((value) => constant.has(value) || program.constants.has(value))) continue;
    for (const value of outputs) constant.add(value);
    found.push(...outputs);
  }
  return found;
}

function instructionsFor(program: SourceProgram, wanted: readonly Value[], bound: ReadonlyMap<Value, DeviceTensor>): Instruction<Primitive>[] {
  const needed = new Set<Value>(wanted);
  const found = program.instructions.toReversed().filter(({ inputs, outputs }) => {
    if (!outputs.some((value) => needed.has(value) && !bound.has(value))) return false;
    for (const value of inputs) needed.add(value);
    return true;
  });
  return found.reverse();
}

function constantOf(tf: Tf, { constants }: SourceProgram, value: Value): DeviceTensor | null {
  const constant = constants.get(value);
  return constant ? plain(tf.tensor(constant.data, [...value.shape], 'float32')) : null;
}
