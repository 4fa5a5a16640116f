import { isOf, type Instruction, type Program, readers } from '../ir/program.ts';
import { PRIMITIVES } from '../ir/primitives/index.ts';
import { blockedConv } from './blocked/operations.ts';
import { rewrite } from './rewrite.ts';

/**
 * Has a blocked convolution apply the activation that alone reads it, so its map is written once. onnxruntime fuses the
 * convolutions that it converts to blocked layout itself, not those that are given to it as such.
 */
export function fuseActivations(program: Program): Program {
  const readBy = readers(program);
  const activations = new Map(
    program.instructions.flatMap((i): [Instruction, Instruction][] => {
      if (!isOf(i, blockedConv) || i.attrs.activation) return [];
      const [only, ...others] = readBy.get(i.outputs[0]!) ?? [];
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
