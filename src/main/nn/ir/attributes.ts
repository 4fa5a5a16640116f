/** Geometry of a convolution over a feature map [N, C, H, W]. */
export interface ConvAttrs {
  stride: number;
  pads: readonly [top: number, left: number, bottom: number, right: number]; // zeros
  groups: number; // 1 (dense) or the number of channels (depthwise)
  /** Distance between the taps of a kernel, down and across; default 1. Dilated convolutions have no gradient rule. */
  dilation?: readonly [down: number, across: number];
}

/** Height and width: of the input whose gradient is computed, or of the kernel. */
export type Size = readonly [height: number, width: number];

export interface MaxPoolAttrs {
  kernel: number;
  stride: number;
  pad: number; // on all four sides
}

export interface ReduceAttrs {
  axes: readonly number[];
  keep: boolean; // whether reduced axes stay, with size 1
}

/** x[start:end:step] along each of `axes`; steps are positive. */
export interface SliceAttrs {
  axes: readonly number[];
  starts: readonly number[];
  ends: readonly number[];
  steps: readonly number[];
}

export interface MatmulAttrs {
  /** Whether the last two axes of the operand are swapped before the product. */
  transposeA: boolean;
  transposeB: boolean;
}

/** One entry per axis. */
export interface PadAttrs {
  before: readonly number[];
  after: readonly number[];
  value: number;
}

/** Bounds of a clamp; ±Infinity for no bound. */
export interface ClampAttrs {
  min: number;
  max: number;
}
