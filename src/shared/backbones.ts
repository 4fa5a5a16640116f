/** A backbone's words for the screen and its image sizes. Its layers are in src/main/nn/backbones/. */
export interface BackboneInfo {
  label: string;
  help: string; // one sentence: what it is good for
  needs?: string; // a sentence on what a training of it needs, where that is not its images alone
  smallest: number; // px, the smallest image side that leaves a feature map
  patch?: number; // px; an image side must be a multiple of it
  hasLayers?: false; // Twinlens does not build its layers, so it has no weights to draw, load or train
  classToken?: true; // a vision transformer's token for the whole image
  /** Its layers are fitted to the training images, without gradients: it takes no weights, and only a head is trained on it. */
  fitted?: true;
  imageSize: { all: number; part: number }; // px, the default side where all layers are trained, and where the first ones stay fixed
}

/**
 * Networks trained on 224 px crops expect objects at the scale they have in whole photographs of about 1.3 times that side
 * (Touvron et al. 2019, "Fixing the train-test resolution discrepancy"). Of 192 to 320 px, a probe of 288 px features
 * separated the validation pairs of three photograph sets best. Where all layers are trained they adapt to 224 px, in half
 * the time.
 */
const PRETRAINED_ON_224 = { all: 224, part: 288 } as const;

/** DINOv2 was trained with patches of 14 px, at 224 px and at the end at 518 px. */
const PATCHES_OF_14 = { smallest: 28, patch: 14, classToken: true, imageSize: { all: 224, part: 224 } } as const;

/**
 * All backbones, smallest first, then those without weights of ours: the one list that the contract, the command line, the form and the tests
 * derive from. The names are stored with every run.
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
    help: 'A narrow MobileNetV2, fast on any CPU.',
    needs: 'Needs pretrained weights or many images.',
    smallest: 32,
    imageSize: PRETRAINED_ON_224,
  },
  mobilenet_v2: {
    label: 'MobileNetV2',
    help: 'The full MobileNetV2: five times the computation of width 0.35.',
    needs: 'Needs pretrained weights or many images.',
    smallest: 32,
    imageSize: PRETRAINED_ON_224,
  },
  resnet18: {
    label: 'ResNet-18',
    help: 'The smallest residual network.',
    needs: 'Needs pretrained weights or many images.',
    smallest: 32,
    imageSize: PRETRAINED_ON_224,
  },
  resnet34: {
    label: 'ResNet-34',
    help: 'A deeper ResNet-18 with twice the computation.',
    needs: 'Needs pretrained weights or many images.',
    smallest: 32,
    imageSize: PRETRAINED_ON_224,
  },
  resnet50: {
    label: 'ResNet-50',
    help: 'The backbone of the published method; best with a graphics card.',
    needs: 'Needs pretrained weights or many images.',
    smallest: 32,
    imageSize: PRETRAINED_ON_224,
  },
  convnext_tiny: {
    label: 'ConvNeXt-Tiny',
    help: 'A convolutional network of 2022 for about the computation of ResNet-50.',
    needs: 'Needs pretrained weights.',
    smallest: 32,
    imageSize: PRETRAINED_ON_224,
  },
  dinov2_vits14: {
    label: 'DINOv2 ViT-S/14',
    help: 'A vision transformer trained without labels on 142 million images, made so that its features are used as they are.',
    needs: 'Needs pretrained weights.',
    ...PATCHES_OF_14,
  },
  dinov2_vits14_reg: {
    label: 'DINOv2 ViT-S/14, registers',
    help: 'DINOv2 ViT-S/14 with four extra tokens, so that its maps have fewer patches that stand out without a reason.',
    needs: 'Needs pretrained weights.',
    ...PATCHES_OF_14,
  },
  dinov2_vitb14: {
    label: 'DINOv2 ViT-B/14',
    help: 'Four times the computation of DINOv2 ViT-S/14; best with a graphics card.',
    needs: 'Needs pretrained weights.',
    ...PATCHES_OF_14,
  },
  patches: {
    label: 'Patches of your images',
    help: 'A dictionary of small patches of the training images and their colours. Needs no weights, is fitted in about a minute, and suits images unlike everyday photographs.',
    smallest: 32,
    fitted: true,
    imageSize: { all: 128, part: 128 },
  },
  imported: {
    label: 'Imported encoder',
    help: 'An encoder that you added as an ONNX file. It stays as it is: only the head is trained.',
    smallest: 1, // the file says which sizes it reads
    imageSize: { all: 224, part: 224 },
    hasLayers: false,
  },
} as const satisfies Record<string, BackboneInfo>;

export type BackboneName = keyof typeof BACKBONE_INFO;

export const BACKBONES = Object.keys(BACKBONE_INFO) as BackboneName[];

/** The backbones whose layers Twinlens builds. All but a fitted one start from random or stored weights, and every scope can train them. */
export const NETWORKS = BACKBONES.filter((name) => !('hasLayers' in BACKBONE_INFO[name]));

/** What the head reads: the mean of the last feature map over space, or the class token. */
export type Pooling = 'mean' | 'cls';

/** Whether a network has a class token: a token for the whole image beside those of its patches. */
export const hasClassToken = (backbone: BackboneName): boolean => (BACKBONE_INFO[backbone] as BackboneInfo).classToken === true;

/** Whether a backbone is fitted to the training images instead of trained. */
export function isFitted(backbone: BackboneName): boolean {
  const { fitted }: BackboneInfo = BACKBONE_INFO[backbone];
  return fitted === true;
}

/** The networks whose layers can be trained. Weights files are for these. */
export const TRAINABLE_NETWORKS = NETWORKS.filter((name) => !isFitted(name));

/** What can stand beside a backbone: the head's input is the backbone's pooled features, followed by those of patches. */
export type Beside = 'patches';

/** Whether an encoder, or a part of it, is fitted to the training images. */
export const hasPatches = ({ backbone, beside = null }: { backbone: BackboneName; beside?: Beside | null | undefined }): boolean =>
  isFitted(backbone) || beside !== null;

/** Why a network can't read images of this side, in px; null if it can. */
export function sizeProblem(backbone: BackboneName, size: number): string | null {
  const { smallest, patch = 1 }: BackboneInfo = BACKBONE_INFO[backbone];
  if (size < smallest) return `Images of ${size} px are too small for ${backbone}: it needs at least ${smallest} px.`;
  if (size % patch === 0) return null;
  const below = Math.max(smallest, size - (size % patch));
  return `${backbone} divides images into patches of ${patch} px, so their side must be a multiple of ${patch}: choose ${below} or ${below + patch} px instead of ${size}.`;
}
