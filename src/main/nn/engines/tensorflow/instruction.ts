import type { Tensor } from '@tensorflow/tfjs';
import type { ReduceAttrs } from '../../ir/attributes.ts';
import type { Primitive } from '../../ir/primitive.ts';
import { type Instruction, isOf } from '../../ir/program.ts';
import { PRIMITIVES } from '../../ir/primitives/index.ts';
import { asChannelsLast, asChannelsFirst, type DeviceTensor } from './device-tensor.ts';
import { libraryForForms, type Tf } from './library.ts';

/** Axis of [N, C, h, w] -> its index in [N, h, w, C]. */
const CHANNELS_LAST = [0, 3, 1, 2];

/**
 * Runs one instruction, forward only. Elementwise operations and reductions run channels-last if an operand is stored that way;
 * convolutions and pools always do. Intermediate tensors are freed.
 */
export function runInstruction(tf: Tf, instruction: Instruction<Primitive>, inputs: readonly DeviceTensor[]): DeviceTensor {
  let channelsLast = false;
  const tensor = tf.tidy(() => {
    const call = arrangeInputs(tf, instruction, inputs);
    ({ channelsLast } = call);
    return instruction.operation.tensorflow.run(libraryForForms(tf), call.tensors, call.attrs);
  });
  return { tensor, channelsLast };
}

interface Call {
  tensors: Tensor[];
  attrs: unknown;
  channelsLast: boolean; // of the result
}

function arrangeInputs(tf: Tf, instruction: Instruction<Primitive>, inputs: readonly DeviceTensor[]): Call {
  const { operation, attrs } = instruction;
  const { maps } = operation.tensorflow;
  if (maps) {
    const tensors = inputs.map((input, i) => (maps.inputs.includes(i) ? asChannelsLast(tf, input) : asChannelsFirst(tf, input)));
    return { tensors, attrs, channelsLast: maps.output };
  }
  const [first] = inputs;
  if (operation.elementwise && inputs.some((input) => input.channelsLast) && inputs.every(({ tensor }) => tensor.rank === 0 || tensor.rank === 4)) {
    return { tensors: inputs.map((input) => (input.tensor.rank === 0 ? input.tensor : asChannelsLast(tf, input))), attrs, channelsLast: true };
  }
  const isReduction = isOf(instruction, PRIMITIVES.sum) || isOf(instruction, PRIMITIVES.mean) || isOf(instruction, PRIMITIVES.max);
  if (isReduction && first!.channelsLast && staysInOrder(instruction.attrs)) {
    const axes = instruction.attrs.axes.map((axis) => CHANNELS_LAST[axis]!);
    return { tensors: [first!.tensor], attrs: { ...instruction.attrs, axes }, channelsLast: instruction.attrs.keep };
  }
  return { tensors: inputs.map((input) => asChannelsFirst(tf, input)), attrs, channelsLast: false };
}

/** Whether a channels-last reduction keeps all axes, or leaves the remaining ones in the program's order. */
const staysInOrder = ({ axes, keep }: ReduceAttrs): boolean => keep || axes.includes(1) || (axes.includes(2) && axes.includes(3));
