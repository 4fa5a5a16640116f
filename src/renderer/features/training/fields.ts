import { DEVICES, HEAD_STARTS, type HeadStart, OPTIMIZERS, SCOPES } from '../../../shared/run.ts';
import type { TermName } from '../../kit/glossary.ts';

/** The fields of the form that are not network or weights, in the order and groups in which they are shown. */
export const GROUPS = [
  { group: 'network', title: 'Network' },
  { group: 'learning', title: 'Learning' },
  { group: 'images', title: 'Images' },
  { group: 'judging', title: 'Judging and repeating' },
] as const;
type Group = (typeof GROUPS)[number]['group'];

interface Common {
  key: string; // of TrainRequest
  group: Group;
  label: string;
  term?: TermName;
  unit?: string;
  help: string; // one line: what it does and which values make sense
}
export interface NumberField extends Common {
  kind: 'number';
  range: string; // in words
}
export interface ChoiceField extends Common {
  kind: 'choice';
  options: readonly { value: string; text: string }[];
}
export type FieldSpec = NumberField | ChoiceField;

const SCOPE_OPTIONS = { head: 'Head only (quickest)', 'last-stage': 'Last stage and head', all: 'All layers (slowest)' } as const;
const HEAD_START_OPTIONS = { random: 'Drawn at random', probe: 'Fitted to the features (probe)' } as const satisfies Record<HeadStart, string>;
const OPTIMIZER_OPTIONS = { sgd: 'SGD', adam: 'Adam', adamw: 'AdamW' } as const;
const DEVICE_OPTIONS = { cpu: 'Processor (CPU)', webgpu: 'Graphics card (WebGPU)', cuda: 'NVIDIA (CUDA)', dml: 'DirectML' } as const;

export const FIELDS: readonly FieldSpec[] = [
  {
    kind: 'choice',
    key: 'scope',
    group: 'network',
    label: 'What is trained',
    term: 'Scope',
    options: SCOPES.map((value) => ({ value, text: SCOPE_OPTIONS[value] })),
    help: 'More layers fit your images better, but need more time and more images.',
  },
  {
    kind: 'choice',
    key: 'headStart',
    group: 'network',
    label: 'Head begins',
    options: HEAD_STARTS.map((value) => ({ value, text: HEAD_START_OPTIONS[value] })),
    help: 'Fitted starts from what the pretrained features already tell apart; it needs weights.',
  },
  {
    kind: 'choice',
    key: 'batchNorm',
    group: 'network',
    label: 'Batch norm',
    term: 'Batch norm',
    options: [
      { value: 'frozen', text: 'Frozen (as learned)' },
      { value: 'batch', text: 'From each batch' },
    ],
    help: 'Frozen suits pretrained weights and small batches.',
  },
  {
    kind: 'number',
    key: 'dim',
    group: 'network',
    label: 'Embedding length',
    term: 'Embedding',
    unit: 'numbers',
    range: '1 to 4,096',
    help: 'How many numbers describe an image; the published method used 2.',
  },
  {
    kind: 'number',
    key: 'epochs',
    group: 'learning',
    label: 'Epochs',
    term: 'Epoch',
    unit: 'epochs',
    range: '1 to 10,000',
    help: 'Passes over the training pairs. The best one is kept, so too many only cost time.',
  },
  {
    kind: 'number',
    key: 'batch',
    group: 'learning',
    label: 'Pairs per step',
    term: 'Batch',
    unit: 'pairs',
    range: '1 to 1,024',
    help: 'More pairs make steadier steps and need more memory.',
  },
  {
    kind: 'number',
    key: 'lr',
    group: 'learning',
    label: 'Learning rate',
    term: 'Learning rate',
    range: 'above 0, at most 10',
    help: 'Lower it tenfold when the loss jumps about or is no number any more.',
  },
  {
    kind: 'choice',
    key: 'optimizer',
    group: 'learning',
    label: 'Step rule',
    term: 'Optimizer',
    options: OPTIMIZERS.map((value) => ({ value, text: OPTIMIZER_OPTIONS[value] })),
    help: 'AdamW suits nearly everything.',
  },
  {
    kind: 'number',
    key: 'margin',
    group: 'learning',
    label: 'Margin',
    term: 'Margin',
    unit: 'distance',
    range: '0.001 to 1,000',
    help: 'How far apart different pairs are pushed; the published method used 2.',
  },
  {
    kind: 'number',
    key: 'weightDecay',
    group: 'learning',
    label: 'Weight decay',
    range: '0 to 1',
    help: 'Pulls the weights towards zero, against learning by heart. 0 turns it off.',
  },
  {
    kind: 'number',
    key: 'clipNorm',
    group: 'learning',
    label: 'Largest step',
    unit: 'gradient norm',
    range: '0 to 1,000,000',
    help: 'Limits steps that would throw the network off. 0: no limit.',
  },
  {
    kind: 'number',
    key: 'size',
    group: 'images',
    label: 'Image size',
    unit: 'px',
    range: '16 to 1,024',
    help: 'Images are scaled to a square of this side. Larger shows finer detail and takes longer by the square.',
  },
  {
    kind: 'number',
    key: 'patience',
    group: 'judging',
    label: 'Stop early after',
    unit: 'epochs',
    range: '0 to 10,000',
    help: 'Epochs without a better validation AUC before training stops. 0: never.',
  },
  {
    kind: 'number',
    key: 'plateau',
    group: 'judging',
    label: 'Halve the rate after',
    unit: 'epochs',
    range: '0 to 10,000',
    help: 'Epochs without a lower validation loss before the learning rate is halved. 0: never.',
  },
  {
    kind: 'number',
    key: 'seed',
    group: 'judging',
    label: 'Seed',
    term: 'Seed',
    range: 'a whole number from 0',
    help: 'The same seed, data and settings give the same run. Try another to see how much is luck.',
  },
  {
    kind: 'choice',
    key: 'device',
    group: 'judging',
    label: 'Computed on',
    term: 'Device',
    options: DEVICES.map((value) => ({ value, text: DEVICE_OPTIONS[value] })),
    help: 'Left as it is, the choice in Settings holds.',
  },
];

/** A default or chosen value as the form shows it. */
export function shownValue(field: FieldSpec, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (field.kind === 'choice') return field.options.find((option) => option.value === value)?.text ?? String(value);
  return typeof value === 'number' ? String(Number(value.toPrecision(6))) : String(value);
}

/** What a person typed: nothing is "as usual", a decimal comma is a point, and what is no number is left to be told. */
export function typedNumber(text: string): number | string | undefined {
  const plain = text.trim().replace(/^(-?\d*),(\d+)$/, '$1.$2');
  if (plain === '') return undefined;
  const value = Number(plain);
  return Number.isFinite(value) ? value : plain;
}

/** Whether a field, named as a problem names it, stands under "More settings". */
export const isMore = (field: string): boolean => !['', 'dataset', 'weights', 'backbone'].includes(field);

/** A refusal without the command line's words in brackets, which mean nothing on a screen. */
export const screenWords = (message: string): string => message.replace(/ \(--[^)]*\)/g, '');
