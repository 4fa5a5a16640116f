import type { BackboneName } from '../backbones.ts';
import type { TermName } from '../glossary.ts';
import type { LossInfo } from '../losses.ts';

/** The type of an entry in the table of training options. The table is plain data, so the screen needs no schema library. */

/** The groups of the form and of a run's record, in order. */
export const OPTION_GROUPS = {
  pairs: 'Pairs',
  network: 'Network',
  images: 'Images',
  learning: 'Optimization',
  schedule: 'Schedule and early stopping',
  computation: 'Seed and device',
} as const;
export type OptionGroup = keyof typeof OPTION_GROUPS;

interface CommonOption {
  label: string; // on the screen, in a run's record and in reports
  technical?: string; // the technical name, if the label is a different one
  term?: TermName; // explains the label
  help: string; // for the form and the command line: what it does and which values are sensible
  group: OptionGroup;
  flag: `--${string}`; // of `train`; scripts rely on it
  form?: 'top' | 'none'; // its own control above "More settings", or no control; default: a field under "More settings"
  resume?: true; // a resumed run may change it
  /** Whether training with a loss uses the option; default: with every loss. The form and records leave out the others. */
  uses?: (loss: LossInfo) => boolean;
  /** Which backbones have the option; default: all. The form and records leave it out for the others. */
  backbones?: (backbone: BackboneName) => boolean;
  perMachine?: true; // depends on the machine, not on the experiment: not copied when a run is duplicated
}

/** Units shown after a number, with their singular. */
export const UNITS = { px: 'px', pairs: 'pair', epochs: 'epoch' } as const;

export interface NumberOption extends CommonOption {
  kind: 'number';
  range: { min: number; max: number; whole: boolean }; // both ends included
  unit?: keyof typeof UNITS;
  quantity?: string; // what the number measures, where it has no unit
  zero?: string; // what 0 means
  default: number | ((kind: never) => number); // the function takes a TrainingKind
  legacyValue?: number; // for runs stored before this option existed
  several?: SeveralValues;
}

/** A list of values in place of one: the training runs once with each of them, as one experiment. */
export interface SeveralValues {
  name: string; // in the contract
  label: string;
  help: string;
  flag: `--${string}`; // of `train`
  least: number;
  most: number;
}

export interface ChoiceOption extends CommonOption {
  kind: 'choice';
  /** By stored value. `note`: for the form only. */
  values: Readonly<Record<string, { label: string; note?: string }>>;
  auto?: string; // what "auto" means; the command line and a resumed run accept it instead of a value
  default: string | ((kind: never) => string); // the function takes a TrainingKind
  legacyValue?: string; // for runs stored before this option existed
}

/** A file path or a catalogue id; a run stores the verified weights (WeightsInfo), or null. */
export interface WeightsOption extends CommonOption {
  kind: 'weights';
  none: string; // what null means
}

/** Random changes of training images, see augmentation.ts; a run without any stores null. */
export interface AugmentationOption extends CommonOption {
  kind: 'augmentation';
}

/** A list of pairs of the data set, by its id; a run stores PairsInfo, or null. The command line takes a file. */
export interface PairsOption extends CommonOption {
  kind: 'pairs';
  none: string; // what null means
}

export type TrainingOption = NumberOption | ChoiceOption | WeightsOption | AugmentationOption | PairsOption;
