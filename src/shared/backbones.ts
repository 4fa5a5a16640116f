/** A backbone's words for the screen and its image sizes. Its layers are in src/main/nn/backbones/. */
export interface BackboneInfo {
  label: string;
  help: string; // one sentence: what it is good for
  smallest: number; // px, the smallest image side that leaves a feature map
  imageSize: { all: number; part: number }; // px, the default side where all layers are trained, and where the first ones stay fixed
}

/**
 * Networks trained on 224 px crops expect objects at the scale they have in whole photographs of about 1.3 times that side
 * (Touvron et al. 2019, "Fixing the train-test resolution discrepancy"). Of 192 to 320 px, a probe of 288 px features
 * separated the validation pairs of three photograph sets best. Where all layers are trained they adapt to 224 px, in half
 * the time.
 */
const PRETRAINED_ON_224 = { all: 224, part: 288 } as const;

/**
 * All backbones, smallest first: the one list that the contract, the command line, the form and the tests derive from.
 * The names are stored with every run.
 */
export const BACKBONE_INFO = {
  compact: {
    label: 'Compact (Twinlens)',
    help: 'Small and fast, made for training from scratch on a CPU, with high-resolution maps.',
    smallest: 16,
    imageSize: { all: 96, part: 96 },
  },
  mobilenet_v2_035: {
    label: 'MobileNetV2, width 0.35',
    help: 'A narrow MobileNetV2, fast on any CPU. Needs pretrained weights or many images.',
    smallest: 32,
    imageSize: PRETRAINED_ON_224,
  },
  mobilenet_v2: {
    label: 'MobileNetV2',
    help: 'The full MobileNetV2: five times the computation of width 0.35. Needs pretrained weights or many images.',
    smallest: 32,
    imageSize: PRETRAINED_ON_224,
  },
  resnet18: {
    label: 'ResNet-18',
    help: 'The smallest residual network. Needs pretrained weights or many images.',
    smallest: 32,
    imageSize: PRETRAINED_ON_224,
  },
  resnet34: {
    label: 'ResNet-34',
    help: 'A deeper ResNet-18 with twice the computation. Needs pretrained weights or many images.',
    smallest: 32,
    imageSize: PRETRAINED_ON_224,
  },
  resnet50: {
    label: 'ResNet-50',
    help: 'The backbone of the published method. Needs pretrained weights or many images; best with a graphics card.',
    smallest: 32,
    imageSize: PRETRAINED_ON_224,
  },
  convnext_tiny: {
    label: 'ConvNeXt-Tiny',
    help: 'A convolutional network of 2022 with better features than ResNet-50 for about the same computation. Needs pretrained weights.',
    smallest: 32,
    imageSize: PRETRAINED_ON_224,
  },
} as const satisfies Record<string, BackboneInfo>;

export type BackboneName = keyof typeof BACKBONE_INFO;

export const BACKBONES = Object.keys(BACKBONE_INFO) as BackboneName[];
