import type { Primitive } from '../../ir/primitive.ts';
import type { Instruction, SourceProgram } from '../../ir/program.ts';
import type { Value } from '../../ir/value.ts';
import { type DeviceTensor, channelsFirst } from './device-tensor.ts';
import { runInstruction } from './instruction.ts';
import type { Tf } from './library.ts';

/**
 * Evaluates the values in `wanted`, instruction by instruction, from the tensors in `bound`. A tensor is freed after its last use, so
 * a forward pass holds one or two layers at a time. Bound tensors are not freed. The caller disposes of the results.
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
  const addUses = (value: Value, change: number): number => {
    const count = (uses.get(value) ?? 0) + change;
    uses.set(value, count);
    return count;
  };
  const lookUp = (value: Value): DeviceTensor => {
    const tensor = values.get(value) ?? constantOf(tf, program, value);
    if (!tensor) throw new Error(`A value of shape [${value.shape}] is used before it is computed.`);
    values.set(value, tensor);
    return tensor;
  };
  for (const value of wanted) addUses(value, 1);
  for (const { inputs } of instructions) for (const value of inputs) addUses(value, 1);
  for (const instruction of instructions) {
    values.set(instruction.outputs[0]!, runInstruction(tf, instruction, instruction.inputs.map(lookUp)));
    for (const value of instruction.inputs) {
      if (addUses(value, -1) > 0 || bound.has(value)) continue;
      values.get(value)?.tensor.dispose();
      values.delete(value);
    }
  }
  return new Map(wanted.map((value) => [value, lookUp(value)]));
}

/** Values that depend only on parameters and constants. An engine with fixed weights evaluates them once. */
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
  return constant ? channelsFirst(tf.tensor(constant.data, [...value.shape], 'float32')) : null;
}
