import type { EncoderChoices } from '../../../shared/encoder-choices.ts';
import type { InputType, TensorLayout } from '../../../shared/encoder-forms.ts';
import { AppError } from '../../../shared/errors.ts';
import type { ImportedEncoder } from '../../../shared/imported-encoder.ts';
import type { OnnxFile, OnnxValueInfo } from '../../nn/engines/imported/onnx-file.ts';
import type { StatedFacts } from './stated-facts.ts';

const DEFAULT_SIZE = 224; // px, where nothing says which

export interface DescribedInput extends Pick<ImportedEncoder, 'input'> {
  size: number; // px, to try it with
  fixedBatch: number | null;
}

const TYPES: ReadonlySet<string> = new Set<InputType>(['float32', 'float16', 'uint8']);

/** How a model takes images. Throws AppError 'bad-weights' for one that takes no images, or other things as well. */
export function describeInput({ inputs, nodes }: Pick<OnnxFile, 'inputs' | 'nodes'>, stated: StatedFacts, choices: EncoderChoices): DescribedInput {
  const input = onlyInput(inputs);
  const shape = imageShape(input);
  const layout = choices.inputLayout ?? layoutOf(input, shape);
  const [batch, sides] = layout === 'NCHW' ? [shape[0], [shape[2], shape[3]]] : [shape[0], [shape[1], shape[2]]];
  const channels = layout === 'NCHW' ? shape[1] : shape[3];
  if (typeof channels === 'number' && channels !== 3) {
    throw refuse(input, `takes images with ${channels} ${channels === 1 ? 'channel' : 'channels'}; Twinlens has the three of RGB`);
  }
  const fixed = sides.filter((side): side is number => typeof side === 'number');
  if (fixed.length === 2 && fixed[0] !== fixed[1]) throw refuse(input, `takes images of ${fixed[1]} × ${fixed[0]} px; Twinlens gives squares`);
  const patch = patchOf(nodes) ?? stated.patch ?? null;
  const size = fixed[0] ?? choices.size ?? fitted(stated.size ?? DEFAULT_SIZE, patch);
  if (fixed[0] !== undefined && choices.size !== undefined && choices.size !== fixed[0]) {
    throw refuse(input, `takes images of ${fixed[0]} px only; leave the size out`);
  }
  const isBetween = fixed[0] === undefined && choices.size !== undefined && patch !== null && choices.size % patch !== 0;
  if (isBetween) throw refuse(input, `takes images whose side is a multiple of ${patch} px: choose ${fitted(size, patch)} px instead of ${size}`);
  return {
    input: { name: input.name, layout, type: input.type as InputType, size: fixed[0] ?? null, multiple: fixed[0] === undefined ? (patch ?? 1) : 1 },
    size,
    fixedBatch: typeof batch === 'number' ? batch : null,
  };
}

const refuse = (input: OnnxValueInfo, why: string): AppError =>
  new AppError('bad-weights', `Its input ${inputText(input)} ${why}.`, { input: input.name });

/** "pixel_values: float32 [batch, 3, 224, 224]" */
export const inputText = ({ name, type, shape }: OnnxValueInfo): string =>
  `${name}: ${type}${shape ? ` [${shape.map((dim) => (dim === '' ? '?' : dim)).join(', ')}]` : ''}`;

function onlyInput(inputs: readonly OnnxValueInfo[]): OnnxValueInfo {
  if (inputs.length === 1) return inputs[0]!;
  if (inputs.length === 0) throw new AppError('bad-weights', 'The model has no input. Choose another one.');
  const names = inputs.map(({ name }) => name);
  const advice = names.some((name) => /ids|mask|token/i.test(name))
    ? ' It also reads text: choose the file with the image part, such as vision_model.onnx.'
    : ' Twinlens gives it one batch of images: export the part that reads images.';
  throw new AppError('bad-weights', `The model has ${inputs.length} inputs: ${names.join(', ')}.${advice}`, { inputs: names });
}

function imageShape(input: OnnxValueInfo): readonly (number | string)[] {
  const { type, shape } = input;
  const isWhole = /^u?int|string|bool/.test(type) && type !== 'uint8';
  if (isWhole) throw refuse(input, 'takes whole numbers or words, as models of text do, and no images');
  if (!TYPES.has(type)) throw refuse(input, `takes numbers of the type ${type}; Twinlens gives float32, float16 or uint8`);
  if (shape === null) return ['', '', '', ''];
  if (shape.length === 4) return shape;
  if (shape.length < 3) throw refuse(input, 'takes series of numbers, as models of sound do, and no images');
  throw refuse(input, `has ${shape.length} axes; a batch of images has four`);
}

function layoutOf(input: OnnxValueInfo, shape: readonly (number | string)[]): TensorLayout {
  const [, a, , c] = shape;
  if (a === 3) return 'NCHW';
  if (c === 3) return 'NHWC';
  const isNamed = /^c(hannels?)?$|num_channels/i;
  if (isNamed.test(String(a)) || (typeof a === 'string' && typeof c === 'string')) return 'NCHW';
  if (isNamed.test(String(c))) return 'NHWC';
  throw refuse(input, 'has no axis with the 3 channels of RGB images, so its layout is unknown');
}

/** px: the stride of a convolution with windows of the same size that reads the image, as vision transformers begin. */
function patchOf(nodes: OnnxFile['nodes']): number | null {
  const first = nodes.find(({ op }) => op === 'Conv');
  const [kernel, strides] = [first?.ints['kernel_shape'], first?.ints['strides']];
  const side = strides?.[0];
  return side !== undefined && side >= 8 && kernel?.join() === strides?.join() ? side : null;
}

/** The multiple of a patch nearest to a size that is only a proposal. */
const fitted = (size: number, patch: number | null): number => (patch === null ? size : Math.max(1, Math.round(size / patch)) * patch);
