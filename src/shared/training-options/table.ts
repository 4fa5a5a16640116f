import { BACKBONE_INFO, type BackboneName } from '../backbones.ts';
import { lossInfo, type LossInfo, type LossName, trainsBySteps } from '../losses.ts';
import { KIND_OPTIONS, type TrainingKind } from './kind-options.ts';
import type { TrainingOption } from './option.ts';

/**
 * The options of a training, each declared once: the contract's schemas, the command line, the form, a run's record, the
 * report and the defaults derive from this table. Order: as shown within a group.
 */

/**
 * For the compact network from scratch, tuned on validation pairs of the sample data set: with 8 pairs per batch, an epoch has twice
 * the steps of 16 and takes as long. A doubled learning rate is sometimes faster, but with some seeds learning starts after five epochs.
 */
const SCRATCH = { batch: 8, plateau: 2 } as const;
const isCompactFromScratch = ({ backbone, pretrained }: TrainingKind): boolean => backbone === 'compact' && !pretrained;

/** Epochs. A head from a probe was best after the first epoch in most trainings; from random weights learning may pause for some epochs. */
const PATIENCE = { probe: 5, random: 10 } as const;

/** Lower with a probe: it already separates the classes, and large steps would undo that. */
const RATES = {
  random: { head: 1e-3, 'last-stage': 5e-5, all: 1e-3 },
  probe: { head: 1e-5, 'last-stage': 1e-5, all: 5e-5 },
} as const;

export const TRAINING_OPTIONS = {
  ...KIND_OPTIONS,
  pairs: {
    kind: 'pairs',
    label: 'File of pairs',
    help: 'A CSV file with the columns file A, file B and label (0 or same, 1 or different), of images of the data set.',
    group: 'pairs',
    flag: '--pairs <file>',
    form: 'top',
    none: 'none',
  },
  negatives: {
    kind: 'choice',
    label: 'Different pairs',
    help: 'Where the two images of a different pair come from, if same means same group. Those of one class are harder.',
    group: 'pairs',
    flag: '--negatives <kind>',
    form: 'top',
    values: {
      anywhere: { label: 'From anywhere' },
      'same-class': { label: 'Within a class', note: 'hard' },
      mixed: { label: 'Half within a class, half from anywhere' },
    },
    default: 'anywhere',
    legacyValue: 'anywhere',
  },
  batchNorm: {
    kind: 'choice',
    label: 'Batch norm',
    term: 'Batch norm',
    help: 'Frozen suits pretrained weights and small batches.',
    group: 'network',
    flag: '--batch-norm <kind>',
    values: { frozen: { label: 'Frozen', note: 'stored statistics' }, batch: { label: 'Batch statistics' } },
    default: ({ pretrained }: TrainingKind) => (pretrained ? 'frozen' : 'batch'),
    uses: trainsBySteps,
  },
  dim: {
    kind: 'number',
    label: 'Embedding size',
    technical: 'dimension d',
    term: 'Embedding',
    help: 'How many numbers describe an image; the published method used 2.',
    group: 'network',
    flag: '--dim <d>',
    range: { min: 1, max: 4096, whole: true },
    quantity: 'numbers',
    default: 16,
    uses: trainsBySteps,
  },
  size: {
    kind: 'number',
    label: 'Image size',
    help: 'Images are scaled to a square of this side. A larger one shows finer detail; the time grows with its square. DINOv2 needs a multiple of 14, and its default is 224.',
    group: 'images',
    flag: '--size <px>',
    range: { min: 16, max: 1024, whole: true },
    unit: 'px',
    default: ({ backbone, scope }: TrainingKind) => BACKBONE_INFO[backbone].imageSize[scope === 'all' ? 'all' : 'part'],
  },
  augmentation: {
    kind: 'augmentation',
    label: 'Augmentation',
    term: 'Augmentation',
    help: 'Each training image is changed a little every time it is used. Choose only changes that keep its class. Not with “Head only”.',
    group: 'images',
    flag: '--augment <list>',
  },
  epochs: {
    kind: 'number',
    label: 'Epochs',
    term: 'Epoch',
    help: 'Passes over the training pairs. The best epoch is used, so too many only cost time.',
    group: 'learning',
    flag: '--epochs <n>',
    range: { min: 1, max: 10_000, whole: true },
    unit: 'epochs',
    default: ({ scope, loss }: TrainingKind) => (loss === 'probe' ? 1 : scope === 'all' ? 30 : 40),
    resume: true,
    uses: trainsBySteps,
  },
  batch: {
    kind: 'number',
    label: 'Pairs per step',
    technical: 'batch size',
    term: 'Batch',
    help: 'More pairs give steadier steps and need more memory.',
    group: 'learning',
    flag: '--batch <pairs>',
    range: { min: 1, max: 1024, whole: true },
    unit: 'pairs',
    default: (kind: TrainingKind) => (isCompactFromScratch(kind) ? SCRATCH.batch : 16),
    resume: true,
    uses: ({ samples }) => samples === 'pairs',
  },
  lr: {
    kind: 'number',
    label: 'Learning rate',
    term: 'Learning rate',
    help: 'Lower it tenfold if the loss fluctuates strongly or becomes NaN.',
    group: 'learning',
    flag: '--lr <x>',
    range: { min: 1e-9, max: 10, whole: false },
    default: ({ headStart, scope }: TrainingKind) => RATES[headStart][scope],
    uses: trainsBySteps,
  },
  optimizer: {
    kind: 'choice',
    label: 'Optimizer',
    term: 'Optimizer',
    help: 'AdamW works well in most cases.',
    group: 'learning',
    flag: '--optimizer <name>',
    values: { sgd: { label: 'SGD' }, adam: { label: 'Adam' }, adamw: { label: 'AdamW' } },
    default: 'adamw',
    uses: trainsBySteps,
  },
  classesPerStep: {
    kind: 'number',
    label: 'Classes per step',
    help: 'A step compares all its images: this many classes with this many images each. Data sets with fewer classes give more images of each.',
    group: 'learning',
    flag: '--classes-per-step <n>',
    range: { min: 2, max: 64, whole: true },
    quantity: 'classes',
    default: 8,
    legacyValue: 8,
    uses: ({ samples }) => samples === 'labelled',
  },
  imagesPerClass: {
    kind: 'number',
    label: 'Images per class',
    help: 'Images of a class in a step, at least 2 so that there are same pairs. A step has at most 256 images.',
    group: 'learning',
    flag: '--images-per-class <n>',
    range: { min: 2, max: 64, whole: true },
    quantity: 'images',
    default: 4,
    legacyValue: 4,
    uses: ({ samples }) => samples === 'labelled',
  },
  margin: {
    kind: 'number',
    label: 'Margin',
    technical: 'm',
    term: 'Margin',
    help: 'Contrastive loss: the distance that different pairs are pushed to; the published method used 2. Triplet loss: how much farther another class must be. ArcFace: an angle in radians.',
    group: 'learning',
    flag: '--margin <m>',
    range: { min: 1e-3, max: 1e3, whole: false },
    default: ({ loss, embedding }: TrainingKind) => lossInfo(loss).margin?.[embedding === 'unit' ? 'unitLength' : 'raw'] ?? 2,
    uses: ({ margin }) => margin !== null,
  },
  weightDecay: {
    kind: 'number',
    label: 'Weight decay',
    help: 'Pulls the weights towards zero, against overfitting. 0: none.',
    group: 'learning',
    flag: '--weight-decay <x>',
    range: { min: 0, max: 1, whole: false },
    zero: 'none',
    default: ({ pretrained }: TrainingKind) => (pretrained ? 1e-2 : 1e-4),
    uses: trainsBySteps,
  },
  clipNorm: {
    kind: 'number',
    label: 'Gradient clipping',
    help: 'The largest gradient norm of a step; longer gradients are scaled down to it. 0: no limit.',
    group: 'learning',
    flag: '--clip-norm <x>',
    range: { min: 0, max: 1e6, whole: false },
    quantity: 'gradient norm',
    zero: 'no limit',
    default: 1,
    uses: trainsBySteps,
  },
  patience: {
    kind: 'number',
    label: 'Stop early after',
    technical: 'patience',
    help: 'Epochs without a better validation AUC before training stops. 0: never.',
    group: 'schedule',
    flag: '--patience <epochs>',
    range: { min: 0, max: 10_000, whole: true },
    unit: 'epochs',
    zero: 'never',
    default: ({ headStart }: TrainingKind) => (headStart === 'probe' ? PATIENCE.probe : PATIENCE.random),
    uses: trainsBySteps,
  },
  plateau: {
    kind: 'number',
    label: 'Halve learning rate after',
    technical: 'plateau',
    help: 'Epochs without a lower validation loss before the learning rate is halved. 0: never.',
    group: 'schedule',
    flag: '--plateau <epochs>',
    range: { min: 0, max: 10_000, whole: true },
    unit: 'epochs',
    zero: 'never',
    default: (kind: TrainingKind) => (isCompactFromScratch(kind) ? SCRATCH.plateau : 5),
    uses: trainsBySteps,
  },
  seed: {
    kind: 'number',
    label: 'Seed',
    term: 'Seed',
    help: 'The same seed, data and settings give the same run. Try another seed to see how much is chance; the network of a linear probe hardly depends on it.',
    group: 'computation',
    flag: '--seed <n>',
    range: { min: 0, max: 2 ** 31, whole: true },
    default: 1,
    several: {
      name: 'seeds',
      label: 'Several seeds',
      help: 'Trains once with each of these seeds, one after the other, as one experiment with mean and spread. Separate them by commas: 1,2,3.',
      flag: '--seeds <list>',
      least: 2,
      most: 20,
    },
  },
  device: {
    kind: 'choice',
    label: 'Device',
    term: 'Device',
    help: 'Where the training is computed. Default: the device from the settings.',
    group: 'computation',
    flag: '--device <name>',
    values: {
      cpu: { label: 'CPU' },
      webgpu: { label: 'GPU (WebGPU)' },
      cuda: { label: 'NVIDIA GPU (CUDA)' },
      dml: { label: 'GPU (DirectML)' },
    },
    auto: 'the fastest device that works on this computer',
    default: 'cpu',
    resume: true,
    perMachine: true,
  },
  engine: {
    kind: 'choice',
    label: 'Engine',
    term: 'Engine',
    help: 'The library that runs the network.',
    group: 'computation',
    flag: '--engine <name>',
    form: 'none',
    values: { onnx: { label: 'ONNX Runtime' }, tensorflow: { label: 'TensorFlow' } },
    default: 'onnx',
    resume: true,
    perMachine: true,
  },
} as const satisfies Record<string, TrainingOption>;

export type TrainingOptions = typeof TRAINING_OPTIONS;
export type OptionName = keyof TrainingOptions;

/** All options in the table's order. */
export const OPTION_ENTRIES = Object.entries(TRAINING_OPTIONS) as [OptionName, TrainingOption][];

export const isUsedBy = ({ uses }: TrainingOption, loss: LossInfo): boolean => uses === undefined || uses(loss);

/** Whether the training of a backbone with a loss has an option. */
export const isOptionOf = (option: TrainingOption, { loss, backbone }: { loss: LossName; backbone: BackboneName }): boolean =>
  isUsedBy(option, lossInfo(loss)) && (option.backbones?.(backbone) ?? true);

/** The options that a training has, by its loss and backbone. */
export const optionsOf = (training: { loss: LossName; backbone: BackboneName }): typeof OPTION_ENTRIES =>
  OPTION_ENTRIES.filter(([, option]) => isOptionOf(option, training));

/** Options with something to choose. A choice with a single value is recorded, but has no field and no flag. */
export const OFFERED_OPTIONS = OPTION_ENTRIES.filter(([, option]) => option.kind !== 'choice' || Object.keys(option.values).length > 1);

/** The value of an option that is a number or a choice. */
export type OptionValue<K extends OptionName> = TrainingOptions[K] extends { kind: 'choice' }
  ? keyof TrainingOptions[K]['values'] & string
  : TrainingOptions[K] extends { kind: 'number' }
    ? number
    : never;
type ChoiceName = { [K in OptionName]: TrainingOptions[K] extends { kind: 'choice' } ? K : never }[OptionName];

/** The values of a choice, in the table's order. */
export const choiceValues = <K extends ChoiceName>(name: K): readonly [OptionValue<K>, ...OptionValue<K>[]] =>
  Object.keys(TRAINING_OPTIONS[name].values) as [OptionValue<K>, ...OptionValue<K>[]];

export const DEVICES = choiceValues('device');
export const ENGINES = choiceValues('engine');
