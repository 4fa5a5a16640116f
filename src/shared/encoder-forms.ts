/** Order of an image batch's axes, and of a feature map's: channels before or after height and width. */
export const TENSOR_LAYOUTS = ['NCHW', 'NHWC'] as const;
export type TensorLayout = (typeof TENSOR_LAYOUTS)[number];

export const INPUT_TYPES = ['float32', 'float16', 'uint8'] as const;
export type InputType = (typeof INPUT_TYPES)[number];

/** What an output holds of an image: one vector [N, C], tokens [N, prefix + h·w, C], or a map [N, C, h, w] or [N, h, w, C]. */
export const OUTPUT_KINDS = ['pooled', 'tokens', 'map'] as const;
export type OutputKind = (typeof OUTPUT_KINDS)[number];

/** How pixels 0..255 become input where a model's files do not say it. `words`: for a list. */
export const PREPROCESSING_PRESETS = {
  imagenet: { words: 'ImageNet: most classifiers, DINO', mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  clip: { words: 'CLIP', mean: [0.48145466, 0.4578275, 0.40821073], std: [0.26862954, 0.26130258, 0.27577711] },
  half: { words: '-1 to 1: SigLIP, Inception, TensorFlow', mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  unit: { words: '0 to 1', mean: [0, 0, 0], std: [1, 1, 1] },
  bytes: { words: '0 to 255: the model normalises', mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] },
} as const satisfies Record<string, { words: string; mean: readonly number[]; std: readonly number[] }>;

export type PreprocessingPreset = keyof typeof PREPROCESSING_PRESETS;
export const PRESETS = Object.keys(PREPROCESSING_PRESETS) as PreprocessingPreset[];

/** The preset with these numbers; null if none has them. */
export const presetOf = ({ mean, std }: { mean: readonly number[]; std: readonly number[] }): PreprocessingPreset | null =>
  PRESETS.find((name) => {
    const preset = PREPROCESSING_PRESETS[name];
    return preset.mean.join() === mean.join() && preset.std.join() === std.join();
  }) ?? null;

/** Letters, digits, - and _: an id is a folder's name, on Windows too, and part of an encoder's name, `onnx:ID`. */
export const ENCODER_ID = /^(?!(?:con|prn|aux|nul|com\d|lpt\d)$)[a-z0-9][a-z0-9_-]{0,63}$/;
