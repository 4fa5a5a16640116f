import { globalMean } from '../functional/global-mean.ts';
import { relu } from '../functional/activations.ts';
import { resizeArea } from '../functional/resize-area.ts';
import type { Operations } from '../ir/operations.ts';
import type { Value } from '../ir/value.ts';
import { type Backbone, outputIsMap } from './backbone.ts';
import type { Builder } from './builder.ts';

/** Side of a patch, px. */
export const PATCH = 6;
/** Values of a patch: its pixels in three colours. */
export const PATCH_VALUES = 3 * PATCH ** 2;
/** Side of the images whose patches stand beside another encoder, px. */
export const PATCH_SIDE = 128;
/** Entries of a scale's dictionary. 512 and 1,024 separate pairs no better: the AUC differs by less than .01. */
export const DICTIONARY = 256;
/** Added to the norm of a patch with values 0..1, so that noise in flat regions stays small. */
export const NORM_OFFSET = 0.1;
/** Keeps the root of a flat patch's variance differentiable. */
const VARIANCE_EPSILON = 1e-6;
/** A similarity counts from here on, in both directions: .1 to .4 differ by less than .02 in AUC. */
const THRESHOLD = 0.25;

/** The image is divided by `factor`; patches are `stride` px apart. With strides of 2 the first scale takes four times as long, for .01 in AUC. */
export const SCALES = [
  { factor: 4, stride: 2 },
  { factor: 2, stride: 2 },
  { factor: 1, stride: 4 },
] as const;

export const scaleName = (factor: number): string => `scale${factor}.`;

/** Bins of each colour, jointly BINS³ values, and the standard deviation of the normal distribution that assigns a value to bins. */
const BINS = 6;
const BIN_WIDTH = 0.12;
/** The histogram is of the image divided by this factor. */
const COLOUR_FACTOR = 2;
/** Added to a mean before its root, whose slope at 0 is infinite: to that of similarities, and to the share of a colour. */
const MEAN_EPSILON = 1e-4;
const SHARE_EPSILON = 1e-9;

/** Channels: colours, then of every scale the positive and the negative similarities. The finest scale is last: it says where the map's cells are. */
export const PATCH_CHANNELS = SCALES.length * 2 * DICTIONARY + BINS ** 3;

/** Where each value of a patch comes from in the patch that is mirrored left to right. */
export const MIRRORED = Array.from({ length: PATCH_VALUES }, (_, i) => i - (i % PATCH) + PATCH - 1 - (i % PATCH));

/**
 * A dictionary of whitened patches of the training images (Coates, Lee & Ng 2011, "An Analysis of Single-Layer Networks in Unsupervised
 * Feature Learning"; Thiry et al. 2021, "The Unreasonable Effectiveness of Patches in Deep Convolutional Kernels Methods"). Its tensors are
 * fitted to the training images, not trained by gradients: nn/fit-patches.ts. For a patch x [108] of the image with pixels 0..1 at a scale:
 *
 *   n = (x - mean x) / (|x - mean x| + 0.1),   v = W (n - μ),   s_k = v · d_k / |v|,   f_k = max(0, s_k - 0.25) and max(0, -s_k - 0.25)
 *
 * with whitening W, mean μ and dictionary d of the scale. f_k is averaged with that of the mirrored d_k; W and μ are fitted to mirrored patches,
 * too, so this is f_k of the mirrored patch. The features of an image are the roots of the means of f_k over all patches of a scale, and the
 * roots of the shares of BINS³ colours, each scaled to a variance of 1 over the training images.
 *
 * The feature map has the cells of the finest scale. Maps of coarser scales, and of colours, are resized by area, which keeps their means over
 * space. A root is the mean over space of f(x) / sqrt(mean f). So the mean of the map is exactly the features.
 */
export const patches: Backbone = {
  blocks: [{ name: 'patches', build: patchMap }],
  lastStage: 0,
  detailLayers: [],
  featureMap: outputIsMap,
  pooled: patchFeatures,
  foreignNames: [],
  modules: /^(pixels|scale\d+|standard)\./,
  recognise: (stored, name) => (stored.has('scale1.dictionary') && stored.has('standard.scale') ? { exact: true, network: name } : null),
};

/** Images [N, 3, S, S] -> features [N, PATCH_CHANNELS]. */
export function patchFeatures(b: Builder, x: Value, prefix: string): Value {
  const { program } = b;
  const pixels = toPixels(b, x, prefix);
  const parts = SCALES.map(({ factor, stride }) => meanOfMirrored(program, globalMean(program, similarities(b, pixels, prefix, factor, stride))));
  const { red, green, blue } = colours(program, pixels);
  const [images, , count] = red.shape as [number, number, number];
  const pairs = program.reshape(program.mul(program.reshape(red, [images, BINS, 1, count]), program.reshape(green, [images, 1, BINS, count])), [
    images,
    BINS ** 2,
    count,
  ]);
  const shares = program.scale(program.reshape(program.matmul(pairs, blue, { transposeB: true }), [images, BINS ** 3]), 1 / count);
  const means = program.concat([shares, ...parts], 1);
  return program.mul(overRoot(program, means, means), scales(b, prefix));
}

/** Images [N, 3, S, S] -> the map [N, PATCH_CHANNELS, h, w] whose mean over space is `patchFeatures`. */
export function patchMap(b: Builder, x: Value, prefix: string): Value {
  const { program } = b;
  const pixels = toPixels(b, x, prefix);
  const parts = SCALES.map(({ factor, stride }) => meanOfMirrored(program, similarities(b, pixels, prefix, factor, stride)));
  const finest = parts.at(-1)!;
  const [images, , h, w] = finest.shape as [number, number, number, number];
  const { red, green, blue, height, width } = colours(program, pixels);
  const bins = (value: Value, ...axes: [number, number, number]): Value => program.reshape(value, [images, ...axes, height * width]);
  const joint = program.mul(program.mul(bins(red, BINS, 1, 1), bins(green, 1, BINS, 1)), bins(blue, 1, 1, BINS));
  const colourMap = resizeArea(program, program.reshape(joint, [images, BINS ** 3, height, width]), h, w);
  const map = program.concat([colourMap, ...parts.map((one) => resizeArea(program, one, h, w))], 1);
  return program.mul(overRoot(program, map, program.mean(map, [2, 3], true)), program.reshape(scales(b, prefix), [PATCH_CHANNELS, 1, 1]));
}

/** Normalised images back to pixels 0..1. */
function toPixels(b: Builder, x: Value, prefix: string): Value {
  const perColour = (name: string): Value => b.program.reshape(b.weight(`${prefix}pixels.${name}`, [3], 0.5), [3, 1, 1]);
  return b.program.add(b.program.mul(x, perColour('std')), perColour('mean'));
}

/**
 * Pixels [N, 3, S, S] -> similarities of the patches at a scale to the dictionary and the mirrored one, then their negatives,
 * [N, 4 DICTIONARY, h, w].
 */
function similarities(b: Builder, pixels: Value, prefix: string, factor: number, stride: number): Value {
  const { program } = b;
  const name = prefix + scaleName(factor);
  const side = scaledSide(pixels.shape[2]!, factor);
  const x = resizeArea(program, pixels, side, side);
  const attrs = { stride, pads: [0, 0, 0, 0], groups: 1 } as const;
  const ones = program.filled(1, [1, 3, PATCH, PATCH]);
  const sum = program.conv(x, ones, attrs);
  const squares = program.conv(program.square(x), ones, attrs);
  const variance = relu(program, program.sub(squares, program.scale(program.square(sum), 1 / PATCH_VALUES)));
  const norm = program.add(program.sqrt(program.add(variance, program.scalar(VARIANCE_EPSILON))), program.scalar(NORM_OFFSET)); // [N, 1, h, w]
  const whitening = b.weight(`${name}whitening`, [PATCH_VALUES, 3, PATCH, PATCH]); // W (I - 1/108): also subtracts the mean
  const offset = program.reshape(b.weight(`${name}offset`, [PATCH_VALUES]), [PATCH_VALUES, 1, 1]); // W μ
  const white = program.sub(program.div(program.conv(x, whitening, attrs), norm), offset); // [N, 108, h, w]
  const length = program.sqrt(program.add(program.sum(program.square(white), [1], true), program.scalar(LENGTH_EPSILON)));
  const entries = b.weight(`${name}dictionary`, [DICTIONARY, PATCH_VALUES]);
  const mirrored = program.gather(entries, MIRRORED, 1);
  const both = program.concat([entries, mirrored, program.scale(entries, -1), program.scale(mirrored, -1)], 0);
  const kernel = program.reshape(both, [4 * DICTIONARY, PATCH_VALUES, 1, 1]);
  const threshold = program.filled(-THRESHOLD, [4 * DICTIONARY]);
  return relu(program, program.conv(program.div(white, length), kernel, { stride: 1, pads: [0, 0, 0, 0], groups: 1 }, threshold));
}

/** The mean of each entry and its mirrored one: x [N, 4 DICTIONARY, ...] -> [N, 2 DICTIONARY, ...]. */
function meanOfMirrored(b: Operations, x: Value): Value {
  const [images, , ...cells] = x.shape as [number, number, ...number[]];
  return b.reshape(b.mean(b.reshape(x, [images, 2, 2, DICTIONARY, ...cells]), [2]), [images, 2 * DICTIONARY, ...cells]);
}

/** Side of an image after division by a factor, px. */
export const scaledSide = (side: number, factor: number): number => Math.floor(side / factor);

/** Added to the squared length of a whitened patch, so that one of zeros stays zero. */
const LENGTH_EPSILON = 1e-12;

/** Shares of the bins of each colour at each pixel of the divided image, [N, BINS, height · width]. */
function colours(b: Operations, pixels: Value): { red: Value; green: Value; blue: Value; height: number; width: number } {
  const side = scaledSide(pixels.shape[2]!, COLOUR_FACTOR);
  const images = pixels.shape[0]!;
  const x = b.reshape(resizeArea(b, pixels, side, side), [images, 3, 1, side ** 2]);
  const centres = b.constant(
    Float32Array.from({ length: BINS }, (_, k) => k / (BINS - 1)),
    [BINS, 1],
  );
  const weights = b.exp(b.scale(b.square(b.sub(x, centres)), -1 / (2 * BIN_WIDTH ** 2))); // [N, 3, BINS, px]
  const shares = b.div(weights, b.sum(weights, [2], true));
  const [red, green, blue] = [0, 1, 2].map((c) => b.reshape(b.slice(shares, [1], [c], [c + 1]), [images, BINS, side ** 2])) as [Value, Value, Value];
  return { red, green, blue, height: side, width: side };
}

/** x / sqrt(means + epsilon), the channels of colours before those of the scales. `means`: [N, PATCH_CHANNELS, ...]. */
function overRoot(b: Operations, x: Value, means: Value): Value {
  const epsilons = Float32Array.from({ length: PATCH_CHANNELS }, (_, c) => (c < BINS ** 3 ? SHARE_EPSILON : MEAN_EPSILON));
  const shape = [PATCH_CHANNELS, ...means.shape.slice(2).map(() => 1)];
  return b.div(x, b.sqrt(b.add(means, b.constant(epsilons, shape))));
}

/** Factors that give every feature a variance of 1 over the training images, [PATCH_CHANNELS]. Features of 0 stay 0, where maps by path start. */
const scales = (b: Builder, prefix: string): Value => b.weight(`${prefix}standard.scale`, [PATCH_CHANNELS], 1);
