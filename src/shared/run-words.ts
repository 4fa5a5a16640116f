import type { BackboneName, HeadStart, RunStatus, Scope } from './run.ts';

/** What people call the networks, the parts that are trained and the states of a run. */
const BACKBONE_WORDS = {
  compact: 'Compact (Twinlens)',
  mobilenet_v2_035: 'MobileNetV2, width 0.35',
  mobilenet_v2: 'MobileNetV2',
  resnet18: 'ResNet-18',
  resnet50: 'ResNet-50',
} as const satisfies Record<BackboneName, string>;

export const SCOPE_WORDS = {
  head: 'the head only; the backbone stayed as it was',
  'last-stage': 'the last stage of the backbone and the head',
  all: 'all layers',
} as const satisfies Record<Scope, string>;

export const HEAD_START_WORDS = {
  random: 'with random numbers',
  probe: 'as a linear classifier of the training images, fitted to the features that the backbone had at the start',
} as const satisfies Record<HeadStart, string>;

export const STATUS_WORDS = {
  running: 'training',
  done: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
  interrupted: 'interrupted',
} as const satisfies Record<RunStatus, string>;

/** Of a run whose stored network this program builds otherwise. */
export const OUTDATED =
  'It was trained with another version of its network than this Twinlens has, so it can judge no new pairs and not be trained further. Its curves, comparisons and reports stay as they are; train again with the same settings for a new one.';

export const backboneName = (backbone: BackboneName): string => BACKBONE_WORDS[backbone];
