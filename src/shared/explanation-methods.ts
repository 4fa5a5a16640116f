/** A method's words for the screen, the command line and the report. Its code is in src/main/nn/explain/. */
export interface MethodInfo {
  label: string;
  hint: string; // one line beside the choice
  hasLayers: boolean; // whether the layer can be chosen; otherwise the last one's features are used
  /** For the report's method section. Single letters in the formula are variables, a letter after _ is an index. */
  definition: { text: string; formula: string; meaning: string };
  source: string; // paper and equation
}

/** All methods, in the order of the choice. The names are stored with every comparison. */
export const METHOD_INFO = {
  path: {
    label: 'Path',
    hint: 'The cells add up to what the image contributes to the distance.',
    hasLayers: false,
    definition: {
      text: 'Path maps integrate the gradient of the distance while the image’s pooled features p grow from 0 to their value; the other image stays as it is. Each cell of the last feature map gets its part of the integral:',
      formula: 'S = (1 / hw) Σ_c g_c F_c',
      meaning:
        'F is the last feature map with channels c and h × w cells, and g is the mean of ∂D/∂p along the path. The cells of a map add up to the distance less the distance that remains without the image’s features.',
    },
    source:
      'M. Sundararajan, A. Taly and Q. Yan: “Axiomatic Attribution for Deep Networks”, ICML 2017, equations 1 and 3, in the pooled features; applied to pairs by Twinlens',
  },
  gradcam: {
    label: 'Grad-CAM',
    hint: 'The published method: the gradient at this pair alone, which is weak where the network is saturated.',
    hasLayers: true,
    definition: {
      text: 'Grad-CAM maps weight the features of the chosen layer with the gradient of the distance at the pair, averaged over the positions (h, w):',
      formula: 'S = Σ_c mean_hw(∂D / ∂F_c) · F_c',
      meaning: 'F is the layer’s feature map with channels c. At the last layer it is the path method’s gradient at the end of the path alone.',
    },
    source:
      'R. R. Selvaraju et al.: “Grad-CAM”, ICCV 2017, equations 1 and 2, without ReLU; for pairs I. E. Livieris et al., Journal of Imaging 2023, section 3',
  },
} as const satisfies Record<string, MethodInfo>;

export type MethodName = keyof typeof METHOD_INFO;

export const METHODS = Object.keys(METHOD_INFO) as [MethodName, ...MethodName[]];

export const DEFAULT_METHOD: MethodName = 'path';
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

/** The method of a request: the default, but with a layer alone LEGACY_METHOD, as scripts of older versions expect. */
export const methodFor = ({ method, layer }: MapChoice): MethodName => method ?? (layer === undefined ? DEFAULT_METHOD : LEGACY_METHOD);

/** "Path", "Grad-CAM at layer features.6": how a comparison's maps were computed. */
export const methodWords = ({ method, layer }: { method: MethodName; layer: string }): string =>
  METHOD_INFO[method].hasLayers ? `${METHOD_INFO[method].label} at layer ${layer}` : METHOD_INFO[method].label;
