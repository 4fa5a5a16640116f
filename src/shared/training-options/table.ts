import { BACKBONE_INFO } from '../backbones.ts';
import { LOSS_INFO } from '../losses.ts';
import type { SameKind } from '../pair-relation.ts';
import type { TrainingOption } from './option.ts';

/**
 * The options of a training, each declared once: the contract's schemas, the command line, the form, a run's record, the
 * report and the defaults derive from this table. Order: as shown within a group.
 */

/** Whether a training starts from trained weights, and what its same pairs have in common. */
interface Start {
  pretrained: boolean;
  same: SameKind;
}

/** The kind of a training. The defaults of all other options depend on it. */
const KIND_OPTIONS = {
  same: {
    kind: 'choice',
    label: 'Same means',
    term: 'Same',
    help: 'What the two images of a same pair have in common. Groups are those of the import.',
    group: 'pairs',
    flag: '--same <kind>',
    form: 'top',
    values: { class: { label: 'Same class' }, group: { label: 'Same group' } },
    default: 'class',
    legacyValue: 'class',
  },
  backbone: {
    kind: 'choice',
    label: 'Network',
    technical: 'backbone',
    term: 'Backbone',
    help: 'Compact is small and fast. The others are larger and need pretrained weights or a large data set.',
    group: 'network',
    flag: '--backbone <name>',
    form: 'top',
    values: BACKBONE_INFO,
    default: 'compact',
  },
  weights: {
    kind: 'weights',
    label: 'Initial weights',
    technical: 'weights',
    term: 'Weights',
    help: 'A TF.js layers model, a .safetensors file, or an id from the catalogue.',
    group: 'network',
    flag: '--weights <path-or-id>',
    form: 'top',
    none: 'none (trained from scratch)',
  },
  scope: {
    kind: 'choice',
    label: 'Trained layers',
    technical: 'scope',
    term: 'Scope',
    help: 'More layers fit your images better, but need more time and more images.',
    group: 'network',
    flag: '--scope <scope>',
    values: {
      head: { label: 'Head only', note: 'fastest' },
      'last-stage': { label: 'Last stage and head' },
      all: { label: 'All layers', note: 'slowest' },
    },
    default: ({ pretrained }: Pick<Start, 'pretrained'>) => (pretrained ? 'head' : 'all'),
  },
  headStart: {
    kind: 'choice',
    label: 'Head initialisation',
    help: 'A linear probe learns classes from the features of the pretrained backbone: it needs initial weights, and same pairs of one class.',
    group: 'network',
    flag: '--head-start <kind>',
    values: { random: { label: 'Random' }, probe: { label: 'Linear probe', note: 'needs weights' } },
    default: ({ pretrained, same }: Start) => (pretrained && same === 'class' ? 'probe' : 'random'),
    legacyValue: 'random',
  },
} as const satisfies Record<string, TrainingOption>;

type KindOptions = typeof KIND_OPTIONS;
export type TrainingKind = Start & { [K in 'same' | 'backbone' | 'scope' | 'headStart']: keyof KindOptions[K]['values'] };

/**
 * For the compact network from scratch, tuned on validation pairs of the sample data set: with 8 pairs per batch, an epoch has twice
 * the steps of 16 and takes as long. A doubled learning rate is sometimes faster, but with some seeds learning starts after five epochs.
 */
const SCRATCH = { batch: 8, plateau: 2 } as const;
const isCompactFromScratch = ({ backbone, pretrained }: TrainingKind): boolean => backbone === 'compact' && !pretrained;

/** Lower with a probe: it already separates the classes, and large steps would undo that. */
const RATES = {
  random: { head: 1e-3, 'last-stage': 5e-5, all: 1e-3 },
  probe: { head: 1e-5, 'last-stage': 1e-5, all: 5e-5 },
} as const;

export const TRAINING_OPTIONS = {
  ...KIND_OPTIONS,
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
  },
  size: {
    kind: 'number',
    label: 'Image size',
    help: 'Images are scaled to a square of this side. A larger one shows finer detail; the time grows with its square.',
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
    default: ({ scope }: TrainingKind) => (scope === 'all' ? 30 : 40),
    resume: true,
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
  },
  loss: {
    kind: 'choice',
    label: 'Loss',
    term: 'Loss',
    help: 'What training minimises.',
    group: 'learning',
    flag: '--loss <name>',
    values: LOSS_INFO,
    default: 'contrastive',
    legacyValue: 'contrastive',
  },
  margin: {
    kind: 'number',
    label: 'Margin',
    technical: 'm',
    term: 'Margin',
    help: 'The distance that different pairs are pushed to; the published method used 2.',
    group: 'learning',
    flag: '--margin <m>',
    range: { min: 1e-3, max: 1e3, whole: false },
    quantity: 'distance',
    default: 2,
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
    default: 0,
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
  },
  seed: {
    kind: 'number',
    label: 'Seed',
    term: 'Seed',
    help: 'The same seed, data and settings give the same run. Try another seed to see how much is chance.',
    group: 'computation',
    flag: '--seed <n>',
    range: { min: 0, max: 2 ** 31, whole: true },
    default: 1,
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
