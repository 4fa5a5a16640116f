import { type BackboneName, type Beside, hasPatches, type Pooling } from './backbones.ts';
import { listText } from './format.ts';
import type { RunEncoder } from './imported-encoder.ts';

/**
 * What a method reads of a network: embeddings alone, its last feature map with the gradient there, finer layers, or the gradient at the
 * images. An imported encoder has no more than its output; patches have all but finer layers.
 */
type Reading = 'embeddings' | 'last-map' | 'finer-layers' | 'image-gradient';

/** A method's words for the screen, the command line and the report. Its code is in src/main/nn/explain/. */
export interface MethodInfo {
  label: string;
  hint: string; // one line beside the choice
  /** Whether the method rests on the head's input being a mean of cells: not for a class token. */
  needsMean?: true;
  hasLayers: boolean; // whether the layer can be chosen; otherwise the last one's features are used
  reads: Reading;
  /** The method whose symbols the definition uses: a report defines it, too. */
  buildsOn?: string;
  /** A sentence on the method that gives the same maps at the last layer, of heads that read a mean. */
  atLastLayer?: string;
  /** distance: values are in units of distance. none: only their order within an image means something. */
  unit: 'distance' | 'none';
  /**
   * Of a method whose cells add up to D(A, B) less the distance with one image replaced. `replaced`: that image in the formula; `words`: in
   * words, after "the distance". `steps`: of an integral, whose sum has an error; without them it is exact up to rounding.
   */
  completeness?: { replaced: (letter: string) => string; words: (letter: string) => string; steps?: number };
  /** Validation pairs that are explained to measure the scale of a run, if fewer than usual. */
  scalePairs?: number;
  /** For the report's method section. Single letters in the formula are variables, a letter after _ is an index. */
  definition: { text: string; formula: string; meaning: string };
  source: string; // paper and equation
}

/**
 * Of a method that takes tens of forward passes. The scale then has a relative standard deviation of about 10 % (see SCALE_PAIRS), and
 * the sentence on the scale states the number of maps.
 */
const FEW_PAIRS = 32;

/** All methods, in the order of the choice. The names are stored with every comparison. */
export const METHOD_INFO = {
  path: {
    label: 'Path',
    hint: 'The cells add up to what the image contributes to the distance.',
    needsMean: true,
    hasLayers: false,
    reads: 'last-map',
    unit: 'distance',
    completeness: { replaced: () => '0', words: (letter) => `without the features of ${letter}` },
    definition: {
      text: 'Path maps integrate the gradient of the distance while the image’s pooled features p grow from 0 to their value; the other image stays as it is. Each cell of the last feature map gets its part of the integral:',
      formula: 'S = (1 / hw) Σ_c g_c F_c',
      meaning:
        'F is the last feature map with channels c and h × w cells, and g is the mean of ∂D/∂p along the path. The cells of a map add up to the distance less the distance that remains without the image’s features.',
    },
    source:
      'M. Sundararajan, A. Taly and Q. Yan: “Axiomatic Attribution for Deep Networks”, ICML 2017, equations 1 and 3, in the pooled features; applied to pairs by Twinlens',
  },
  detail: {
    label: 'Detail',
    hint: 'Path with two finer layers: finer, less certain. Values have no unit.',
    needsMean: true,
    hasLayers: false,
    reads: 'finer-layers',
    buildsOn: 'path',
    unit: 'none',
    definition: {
      text: 'Detail maps add two finer layers to the path map P. The gradient of g · p with respect to the features F of each layer, with g and p of the path map, weights what differs from the layer’s mean:',
      formula: 'S = (m / 4) (2 P + Q + R), Q = Σ_c (∂(g · p) / ∂F_c) (F_c − mean_hw(F_c))',
      meaning:
        'R is the same as Q at an even finer layer, each of P, Q and R is scaled to a largest value of 1, and m is the largest value of the path map. The parts have no common unit, so values are not shares of the distance; only their order within an image means something.',
    },
    source:
      'Twinlens, with the gradient × activation of M. Ancona et al.: “Towards better understanding of gradient-based attribution methods”, ICLR 2018',
  },
  gradcam: {
    label: 'Grad-CAM',
    hint: 'The published method: the gradient at this pair alone, which is weak where the network is saturated.',
    hasLayers: true,
    reads: 'last-map',
    atLastLayer: 'At the last layer it equals LayerCAM.',
    unit: 'distance',
    definition: {
      text: 'Grad-CAM maps weight the features of the chosen layer with the gradient of the distance at the pair, averaged over the positions (h, w):',
      formula: 'S = Σ_c mean_hw(∂D / ∂F_c) · F_c',
      meaning:
        'F is the layer’s feature map with channels c. At the last layer of a network that averages it, this is the path method’s gradient at the end of the path alone, and equals LayerCAM.',
    },
    source:
      'R. R. Selvaraju et al.: “Grad-CAM”, ICCV 2017, equations 1 and 2, without ReLU; for pairs I. E. Livieris et al., Journal of Imaging 2023, section 3',
  },
  layercam: {
    label: 'LayerCAM',
    hint: 'As published, with both signs. Each cell has its own gradient, so earlier layers are sharp.',
    hasLayers: true,
    reads: 'last-map',
    atLastLayer: 'At the last layer it equals Grad-CAM.',
    unit: 'distance',
    definition: {
      text: 'LayerCAM maps weight the features of the chosen layer, cell by cell, with the gradient of the distance at the pair:',
      formula: 'S = Σ_c (∂D / ∂F_c) · F_c',
      meaning:
        'F is the layer’s feature map with channels c. As published the gradient passes through a ReLU; S is that map for D less that map for −D. At the last layer of a network that averages it, all cells have the same gradient, so it equals Grad-CAM.',
    },
    source: 'P.-T. Jiang et al.: “LayerCAM”, IEEE Transactions on Image Processing 2021, equations 3 and 4, with both signs of the gradient',
  },
  'integrated-gradients': {
    label: 'Integrated gradients',
    hint: 'On pixels, from a blurred copy to the image, smoothed over 3 % of the side. 16 gradients an image.',
    hasLayers: false,
    reads: 'image-gradient',
    unit: 'distance',
    completeness: { replaced: (letter) => `${letter} blurred`, words: (letter) => `with ${letter} blurred`, steps: 16 },
    scalePairs: FEW_PAIRS,
    definition: {
      text: 'Integrated gradients multiply each pixel’s change from a blurred copy B (standard deviation 8 % of the side) to the image X with the mean gradient on the way; the other image stays as it is:',
      formula: 'S = Σ_c (X_c − B_c) · mean_t(∂D / ∂X_c at B + t (X − B))',
      meaning:
        'c are the colours and t the middles of 16 equal parts of 0 to 1. S is smoothed with a standard deviation of 3 % of the side, which keeps its sum, and shown in 28 × 28 cells. They add up to the distance less the distance with the image blurred, but for the error of the integral, which is stated.',
    },
    source: 'M. Sundararajan, A. Taly and Q. Yan: “Axiomatic Attribution for Deep Networks”, ICML 2017, equation 1',
  },
  occlusion: {
    label: 'Occlusion',
    hint: 'Blurs 9 × 9 patches of the image in turn. Uses nothing inside the network; 81 forward passes an image.',
    hasLayers: false,
    reads: 'embeddings',
    unit: 'distance',
    scalePairs: FEW_PAIRS,
    definition: {
      text: 'Occlusion maps replace one square patch of the image after another by its blurred copy (standard deviation 8 % of the side); the other image stays as it is:',
      formula: 'S = D − D_i',
      meaning:
        'the second term is the distance with patch i replaced. The 9 × 9 patches are 2/9 of the side wide and 1/9 apart, so neighbours overlap by half; at the edges they are cut. The method needs only embeddings.',
    },
    source: 'M. D. Zeiler and R. Fergus: “Visualizing and Understanding Convolutional Networks”, ECCV 2014, section 4.2',
  },
} as const satisfies Record<string, MethodInfo>;

export type MethodName = keyof typeof METHOD_INFO;

export const METHODS = Object.keys(METHOD_INFO) as [MethodName, ...MethodName[]];

export const DEFAULT_METHOD: MethodName = 'path';
/** Of a head that reads a class token: its cells have different gradients, which Grad-CAM averages. */
export const CLASS_TOKEN_METHOD: MethodName = 'layercam';
/** Of comparisons and scales that were stored before there was a choice, and of requests that name a layer but no method. */
export const LEGACY_METHOD: MethodName = 'gradcam';

export const methodInfo = (name: MethodName): MethodInfo => METHOD_INFO[name];

/** Methods whose layer can be chosen. */
export const LAYER_METHODS: readonly MethodName[] = METHODS.filter((name) => METHOD_INFO[name].hasLayers);

/** What a request asks for. A missing layer is the last one. */
export interface MapChoice {
  method?: MethodName | undefined;
  layer?: string | undefined;
}

/** What decides which methods can explain a run's network. */
export interface Network {
  backbone?: BackboneName;
  beside?: Beside | null;
  encoder?: RunEncoder | null; // imported; null or missing: the network has none
  pooling?: Pooling; // default: mean
}

const isPooled = ({ height, width }: RunEncoder): boolean => height * width === 1;

/** The methods that can explain a network, in the order of the choice. */
export const methodsOf = (network: Network): readonly [MethodName, ...MethodName[]] =>
  METHODS.filter((name) => methodProblem(name, network) === null) as [MethodName, ...MethodName[]]; // occlusion explains every network

/** Of a class token: the cells of its network have different gradients, which Grad-CAM averages. */
export const defaultMethodOf = (network: Network): MethodName => (network.pooling === 'cls' ? CLASS_TOKEN_METHOD : methodsOf(network)[0]);

/** Why a method can't explain a network, as a sentence; null if it can. */
export function methodProblem(name: MethodName, { backbone, beside, encoder, pooling }: Network): string | null {
  const { label, reads, needsMean }: MethodInfo = METHOD_INFO[name];
  if (pooling === 'cls' && needsMean) {
    const others = METHODS.filter((other) => !methodInfo(other).needsMean).map((other) => METHOD_INFO[other].label);
    return `${label} maps divide the mean of the last feature map among its cells, but the head of this network reads the class token. Choose ${listText(others, 'or')}, or train with the mean of the patches.`;
  }
  if (reads === 'finer-layers' && backbone !== undefined && hasPatches({ backbone, beside }))
    return `The feature map that patches are part of has no finer layers before it, so there are no ${label} maps. Choose ${METHOD_INFO[DEFAULT_METHOD].label}.`;
  if (!encoder || reads === 'embeddings') return null;
  if (isPooled(encoder))
    return `${encoder.title} gives one vector for a whole image, without positions, so there are no ${label} maps. ${METHOD_INFO.occlusion.label} works for it.`;
  if (reads === 'finer-layers') return `${encoder.title} is an imported encoder, of which only the last map is known, so there are no ${label} maps.`;
  if (reads === 'image-gradient')
    return `${encoder.title} is an imported encoder, which passes no gradient to the pixels, so there are no ${label} maps.`;
  return null;
}

/** A sentence on what the maps of an imported encoder can be; null for other networks. */
export function encoderMapsSentence({ encoder }: Network): string | null {
  if (!encoder) return null;
  if (isPooled(encoder))
    return `${encoder.title} gives one vector for a whole image, so its maps come from covering parts of the image (${METHOD_INFO.occlusion.label}), not from gradients.`;
  return null;
}

/** The method of a request: the network's default, but with a layer alone LEGACY_METHOD, as scripts of older versions expect. */
export const methodFor = ({ method, layer }: MapChoice, network: Network = {}): MethodName =>
  method ?? (layer === undefined ? defaultMethodOf(network) : LEGACY_METHOD);

/** "Path", "Grad-CAM at layer features.6": how a comparison's maps were computed. */
export const methodWords = ({ method, layer }: { method: MethodName; layer: string }): string =>
  METHOD_INFO[method].hasLayers ? `${METHOD_INFO[method].label} at layer ${layer}` : METHOD_INFO[method].label;

/** An image of a request: of a data set, or a file. */
type ImageName = { file: string } | { dataset: string; id: number };

/** Identifies a request for the maps of a pair, whatever the order of its properties. */
export function pairKey({ run, a, b, target, method, layer }: MapChoice & { run: string; a: ImageName; b: ImageName; target: string }): string {
  const nameOf = (image: ImageName): readonly unknown[] => ('file' in image ? [image.file] : [image.dataset, image.id]);
  return JSON.stringify([run, nameOf(a), nameOf(b), target, method ?? null, layer ?? null]);
}
