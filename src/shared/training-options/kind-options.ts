import { BACKBONE_INFO, hasClassToken } from '../backbones.ts';
import { LOSS_INFO, type LossName, trainsBySteps } from '../losses.ts';
import type { SameKind } from '../pair-relation.ts';
import type { TrainingOption } from './option.ts';

/** The options that decide the kind of a training, declared as in table.ts. */

/** Whether a training starts from trained weights, and whether an option was chosen that only losses with training steps use. */
interface Start {
  pretrained: boolean;
  stepsChosen: boolean;
}

interface LossKind extends Start {
  same: SameKind;
  scope: 'head' | 'last-stage' | 'all';
}

/** The kind of a training. The defaults of all other options depend on it. */
export const KIND_OPTIONS = {
  same: {
    kind: 'choice',
    label: 'Same means',
    term: 'Same',
    help: 'What the two images of a same pair have in common. Groups are those of the import; a file lists pairs one by one.',
    group: 'pairs',
    flag: '--same <kind>',
    form: 'top',
    values: { class: { label: 'Same class' }, group: { label: 'Same group' }, pairs: { label: 'Pairs from a file' } },
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
  pooling: {
    kind: 'choice',
    label: 'Pooling',
    help: 'What the head reads of a vision transformer: the mean of its patches, or its class token. Path and Detail maps and matching spots need the mean.',
    group: 'network',
    flag: '--pooling <kind>',
    values: { mean: { label: 'Mean of the patches' }, cls: { label: 'Class token', note: 'DINOv2 only' } },
    default: 'mean',
    legacyValue: 'mean',
    backbones: hasClassToken,
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
    none: 'none',
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
    default: ({ pretrained }: Start) => (pretrained ? 'head' : 'all'),
  },
  headStart: {
    kind: 'choice',
    label: 'Head initialisation',
    help: 'A linear probe learns classes from the features of the pretrained backbone: it needs initial weights, and same pairs of one class.',
    group: 'network',
    flag: '--head-start <kind>',
    values: { random: { label: 'Random' }, probe: { label: 'Linear probe', note: 'needs weights' } },
    default: ({ pretrained, same }: LossKind) => (pretrained && same === 'class' ? 'probe' : 'random'),
    legacyValue: 'random',
    uses: trainsBySteps,
  },
  loss: {
    kind: 'choice',
    label: 'Loss',
    term: 'Loss',
    help: 'What training minimises. A linear probe is the default with weights, “Head only” and same class, unless an option of training steps, such as epochs, is chosen.',
    group: 'learning',
    flag: '--loss <name>',
    values: LOSS_INFO,
    default: ({ pretrained, same, scope, stepsChosen }: LossKind) =>
      pretrained && same === 'class' && scope === 'head' && !stepsChosen ? 'probe' : 'contrastive',
    legacyValue: 'contrastive',
  },
  embedding: {
    kind: 'choice',
    label: 'Embedding',
    term: 'Embedding',
    help: 'At length 1 only the direction counts, and distances are at most 2. Some losses need it.',
    group: 'learning',
    flag: '--embedding <kind>',
    values: { raw: { label: 'As computed', note: 'as published' }, unit: { label: 'Length 1', note: 'L2 normalised' } },
    default: ({ loss }: { loss: LossName }) => (loss === 'contrastive' ? 'raw' : 'unit'),
    legacyValue: 'raw',
    uses: trainsBySteps,
  },
} as const satisfies Record<string, TrainingOption>;

type KindOptions = typeof KIND_OPTIONS;
export type TrainingKind = Start & { [K in 'same' | 'backbone' | 'scope' | 'headStart' | 'loss' | 'embedding']: keyof KindOptions[K]['values'] };
