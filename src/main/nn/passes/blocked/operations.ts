import type { ClampAttrs, ConvAttrs } from '../../ir/attributes.ts';
import type { OnnxAttribute, Operation } from '../../ir/primitive.ts';
import { convAttributes, outputSize } from '../../ir/primitives/windows.ts';
import { float } from '../../ir/value.ts';

/** onnxruntime's operators on maps in blocked layout (NCHWc). */
export const BLOCKED_DOMAIN = 'com.microsoft.nchwc';

export interface BlockedConvAttrs extends ConvAttrs {
  /** Further inputs after x and the kernel: a bias [O], and a map of the result's shape that is added to it. */
  hasBias: boolean;
  hasAddend: boolean;
  activation?: ClampAttrs; // applied after bias and addend
}

/**
 * A convolution whose maps and kernel are stored in blocks of b channels: x as [N, C / b, H, W, b], a kernel as
 * [O / b, I / b, kh, kw, b of I, b of O]. Shapes are the logical ones.
 */
export const blockedConv: Operation<BlockedConvAttrs> = {
  name: 'blockedConv',
  types: ([x, w], attrs) => [float([x!.shape[0]!, w!.shape[0]!, ...outputSize(x!.shape, w!.shape, attrs)])],
  onnx({ inputs: [x, w, ...rest], inputShapes, attrs }) {
    const { hasBias, hasAddend, activation } = attrs;
    const inputs = hasAddend && !hasBias ? [x!, w!, '', ...rest] : [x!, w!, ...rest];
    return {
      op: 'Conv',
      domain: BLOCKED_DOMAIN,
      inputs,
      attrs: { ...convAttributes(inputShapes[1]!, attrs), ...(activation ? activationAttributes(activation) : {}) },
    };
  },
};

function activationAttributes({ min, max }: ClampAttrs): Record<string, OnnxAttribute> {
  if (min === 0 && max === Infinity) return { activation: 'Relu' };
  return { activation: 'Clip', activation_params: { floats: [min, max] } };
}

/** Row-major NCHW -> blocked NCHWc. */
export const reorderInput: Operation<null> = {
  name: 'reorderInput',
  types: ([x]) => [x!],
  onnx: () => ({ op: 'ReorderInput', domain: BLOCKED_DOMAIN }),
};

/** Blocked NCHWc -> row-major NCHW. */
export const reorderOutput: Operation<null> = {
  name: 'reorderOutput',
  types: ([x]) => [x!],
  onnx: ({ outputShape }) => ({ op: 'ReorderOutput', domain: BLOCKED_DOMAIN, attrs: { channels: outputShape[1]! } }),
};

/** Mean over space, [N, C, H, W] -> [N, C, 1, 1], both blocked. */
export const blockedMean: Operation<null> = {
  name: 'blockedMean',
  types: ([x]) => [float([x!.shape[0]!, x!.shape[1]!, 1, 1])],
  onnx: () => ({ op: 'GlobalAveragePool', domain: BLOCKED_DOMAIN }),
};
