import { isOf, type Instruction, type Program, readers } from '../ir/program.ts';
import { PRIMITIVES } from '../ir/primitives/index.ts';
import { blockedConv } from './blocked/operations.ts';
import { rewrite } from './rewrite.ts';

/**
 * Fuses an activation into the blocked convolution that only it reads, so the map is written to memory once. onnxruntime fuses
 * only convolutions that it has converted to blocked layout itself.
 */
export function fuseActivations(program: Program): Program {
  const readersOf = readers(program);
  const activations = new Map(
    program.instructions.flatMap((i): [Instruction, Instruction][] => {
      if (!isOf(i, blockedConv) || i.attrs.activation) return [];
      const [only, ...others] = readersOf.get(i.outputs[0]!) ?? [];
      return only && others.length === 0 && isOf(only, PRIMITIVES.clamp) ? [[i, only]] : [];
    }),
  );
  const fused = new Set(activations.values());
  return rewrite(program, (b, instruction, original) => {
    if (fused.has(original)) return [instruction.inputs[0]!];
    const activation = activations.get(original);
    if (!activation || !isOf(instruction, blockedConv) || !isOf(activation, PRIMITIVES.clamp)) return null;
    return b.append(blockedConv, instruction.inputs, { ...instruction.attrs, activation: activation.attrs });
  });
}
